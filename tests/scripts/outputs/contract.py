"""The tables of results/ as docs/en/tables.md defines them: names, columns, a study's settings."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from bonescint.declared import columns
from bonescint.outputs.panels import composed
from bonescint.questions import known

SOFTWARE: dict[str, dict[str, Any]] = {
    "bonenavi": {
        "label": "BoneNAVI (simulated) 2.1",
        "product": "BoneNAVI",
        "version": "2.1",
        "tracer": "MDP",
        "metrics": ["bsi", "hotspots"],
    },
    "vsbone2": {
        "label": "VSBONE (simulated) 2.0",
        "product": "VSBONE",
        "version": "2.0",
        "tracer": "HMDP",
        "metrics": ["bsi", "hotspots"],
    },
    "vsbone3": {
        "label": "VSBONE (simulated) 3.0",
        "product": "VSBONE",
        "version": "3.0",
        "tracer": "HMDP",
        "metrics": ["bsi", "hotspots"],
    },
}
READERS = ["reader1", "reader2", "reader3"]
PAIRS = [["vsbone2", "vsbone3"]]
CUTOFFS = [{"metric": "bsi", "value": 1.0}, {"metric": "hotspots", "value": 2}]
STUDY = {
    "id": "BONE-TEST",
    "synthetic": True,
    "title": "骨シンチにおける画像解析ソフトでの結果と読影結果の比較検討",
}
# the params of a study that has everything
WHOLE: dict[str, Any] = {"words": None, "there": None, "unanswered": {}}
TABLES: dict[str, str] = {
    "cohort/flow.csv": "step,kind,reason,files,patients,MDP,HMDP",
    "cohort/warnings.csv": "source,rule,where,key,values",
    "cohort/balance.csv": "margin,level,target,n",
    "cohort/inputs.csv": "input,files,hmac",
    "cases.csv": "code,batch,tracer,study_date,sex,age,height_cm,weight_kg,views,instances,refused",
    "reference.csv": (
        "code,tracer,n_readers,n_positive,metastasis,n_metastases,eod,unanimous,status"
    ),
    "measurements.csv": "code,tracer,software,version,metric,value,status",
    "anonymization/tag_table.csv": ",".join(columns("tag_table")),
    "anonymization/instances.csv": ",".join(columns("instances")),
    "anonymization/rule_counts.csv": ",".join(columns("rule_counts")),
    "anonymization/unlisted.csv": ",".join(columns("unlisted")),
    "anonymization/k_anonymity.csv": ",".join(columns("k_anonymity")),
    **{f"metrics/{question}.csv": "" for question in known()},
    "metrics/misclassified.csv": (
        "code,tracer,software,version,metric,cutoff,kind,value,bsi,hotspots,metastasis,"
        "n_metastases,eod,n_readers,n_positive,readers"
    ),
    "metrics/reclassified.csv": (
        "code,old,new,metric,cutoff,metastasis,old_value,new_value,change,result"
    ),
    "exposure.csv": "code,tracer,software,version,released,delivered,exposed",
    "hospital/incidental.csv": "code,tracer,found,n_readers,n_positive",
    "metrics/roc_curves.csv": "software,metric,threshold,false_positive_rate,true_positive_rate",
    "metrics/roc_bands.csv": "software,metric,n,n_positive,specificity,sensitivity,ci_low,ci_high,"
    "level,status",
    "metrics/failed_calls.csv": "software,metric,cutoff,call,metastasis,no_metastasis",
    "metrics/sample_size.csv": ",".join(columns("sample_size")),
    "metrics/flow.csv": "step,kind,reason,files,patients,MDP,HMDP",
}
# what the rules name the files that the workbook and the report are written from
INPUTS: dict[str, Any] = {
    "flow": "metrics/flow.csv",
    "cases": "cases.csv",
    "reference": "reference.csv",
    "measurements": "measurements.csv",
    **{question: f"metrics/{question}.csv" for question in known()},
    "misclassified": "metrics/misclassified.csv",
    "reclassified": "metrics/reclassified.csv",
    "failed_calls": "metrics/failed_calls.csv",
    "exposed": "exposure.csv",
    "roc_curves": "metrics/roc_curves.csv",
    "incidental": "hospital/incidental.csv",
    "balance": "cohort/balance.csv",
    "tag_table": "anonymization/tag_table.csv",
    "instances": "anonymization/instances.csv",
    "rule_counts": "anonymization/rule_counts.csv",
    "unlisted": "anonymization/unlisted.csv",
    "anonymity": "anonymization/k_anonymity.csv",
    "provenance": "provenance.json",
}
ESTIMATE = (
    "question,subject,comparator,measure,reference,metric,cutoff,cases,level,n,n_positive,"
    "estimate,ci_low,ci_high,ci_method,statistic,p_value,p_adjusted,test,status,note"
)
Row = dict[str, Any]


def write(path: Path, rows: list[Row], columns: str = "") -> None:
    """Write one table of the contract."""
    header = (columns or ESTIMATE).split(",")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, header, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def inputs(folder: Path, figures: Sequence[Path] = ()) -> dict[str, Any]:
    """Return what the rules `write_workbook` and `write_report` have as inputs."""
    paths = {name: str(folder / path) for name, path in INPUTS.items()}
    return paths | {
        "readings": [str(folder / f"readings/{reader}.csv") for reader in READERS],
        "warnings": [str(folder / "cohort/warnings.csv")],
        "figures": [str(path) for path in figures],
    }


def composed_of(module: Any, *arguments: Any) -> Figure:
    """Return the figure that the report shows; the last argument of its `draw` is the labels."""
    return composed(module.draw(*arguments), arguments[-1])
