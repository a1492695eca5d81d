"""Draw every figure for a journal's columns and for slides (`snakemake figures`)."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.files import read_rows, replacing, write_rows
from bonescint.joblog import job_log
from bonescint.outputs.data import first_cutoffs, shown_cases
from bonescint.outputs.drawn import as_panels, drawn_figures
from bonescint.outputs.labels import Labels
from bonescint.outputs.panels import Picture, in_preset, legible, points_of
from bonescint.outputs.presets import PRESETS, Preset
from bonescint.outputs.style import house_style, save
from bonescint.resources import SYNTHETIC, Texts

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

_MM = 25.4
COLUMNS = ("file", "figure", "panel", "preset", "width_mm", "height_mm", "points", "dpi")


def draw_presets(
    tables: Mapping[str, Path],
    dicom: Sequence[Path],
    study: Mapping[str, Any],
    presets: Sequence[str],
    single_panels: bool,
    folder: Path,
) -> None:
    """Write every figure in every preset, with a list of the files and the figures' legends.

    Parameters
    ----------
    tables, dicom
        As for `scripts.outputs.draw_figures`; ``cases`` is among them.
    study
        ``software``, ``version_pairs``, ``cutoffs``, ``metrics``, ``language``, ``synthetic``,
        ``confidence``, ``there``, ``words``, ``montage``, as for `scripts.outputs.draw_figures`.
    presets
        Names of `PRESETS`.
    single_panels
        Whether each panel is also written as a file of its own.
    folder
        Gets one folder for each preset, ``figures.csv`` (`COLUMNS`), ``legends.txt``, and
        ``cases.csv``. The latter lists the cases of the figures, so that the folder is deleted when
        one of the patients declines.
    """
    texts = Texts("figures", study["language"])
    labels = Labels(
        texts, study["software"], study["synthetic"], study["confidence"],
        values=study["metrics"], study=study["words"], there=study["there"],
    )  # fmt: skip
    given: dict[str, Any] = {name: list(read_rows(path)) for name, path in tables.items()}
    codes = [{"code": row["code"]} for row in given["cases"]]
    given |= {
        "dicom": dicom,
        "version_pairs": study["version_pairs"],
        "first_cutoffs": first_cutoffs(study["cutoffs"]),
        "montage": shown_cases(study["montage"]),
    }
    left_out: dict[str, list[str]] = {}
    drawn = drawn_figures(study["there"], of_report=False)
    pictured = dict(as_panels(drawn, given, labels))
    rows = []
    for preset in presets:
        (folder / preset).mkdir(parents=True, exist_ok=True)
        for name, picture in pictured.items():
            if (form := legible(picture, PRESETS[preset])) is None:
                left_out.setdefault(preset, []).append(name)
                continue
            for key, shown in _shown(form, single_panels):
                named = f"{name}-{key}" if key else name
                files = _files(named, shown, labels, PRESETS[preset], folder / preset)
                rows += [{"figure": name, "panel": key, "preset": preset} | row for row in files]
    for row in rows:
        row["file"] = Path(str(row["file"])).relative_to(folder).as_posix()
    write_rows(folder / "figures.csv", COLUMNS, rows)
    write_rows(folder / "cases.csv", ["code"], codes)
    with replacing(folder / "legends.txt") as stream:
        stream.write(f"{SYNTHETIC}\n\n" if study["synthetic"] else "")
        for n, (name, picture) in enumerate(pictured.items(), 1):
            title, caption = (labels.figure(kind, name) for kind in ("title", "caption"))
            said = f"{caption} {picture.note}".strip()
            stream.write(f"{texts('legend', n=n, name=name)} {title}\n{said}\n\n")
        for preset, names in left_out.items():
            said = texts("left_out", preset=preset, names=", ".join(names))
            stream.write(f"{said}\n")


def _shown(picture: Picture, single_panels: bool) -> Iterator[tuple[str, Picture]]:
    """Yield the whole picture and, if they are wanted, its panels, with their keys."""
    yield "", picture
    if single_panels and len(picture.panels) > 1:
        for panel in picture.panels:
            yield panel.key, picture._replace(panels=[panel], columns=1)


def _files(
    name: str, picture: Picture, labels: Labels, preset: Preset, folder: Path
) -> Iterator[dict[str, object]]:
    """Write a picture in every format and resolution of a preset and yield the files."""
    points = points_of(picture, preset)
    with house_style(points):
        figures = list(in_preset(picture, labels, preset))
        for part, figure in enumerate(figures, 1):
            stem = f"{name}_{part}" if len(figures) > 1 else name
            width, height = (round(float(inches) * _MM, 1) for inches in figure.get_size_inches())
            size = {"width_mm": width, "height_mm": height, "points": round(points, 1)}
            for dpi in preset.dpi:
                figure.dpi = dpi
                save(figure, path := folder / f"{stem}_{dpi}dpi.png")
                yield {"file": path, "dpi": dpi} | size
            for ending in preset.formats:
                path = folder / f"{stem}.{ending}"
                with house_style(points, are_texts=ending == "text.svg"):
                    save(figure, path)
                yield {"file": path, "dpi": ""} | size


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        tables = dict(snakemake.input.items())
        del tables["searched"]
        draw_presets(
            dicom=[Path(one) for one in tables.pop("dicom", [])],
            tables={name: Path(path) for name, path in tables.items()},
            study=snakemake.params.study,
            presets=snakemake.params.presets,
            single_panels=snakemake.params.single_panels,
            folder=Path(snakemake.output.folder),
        )
