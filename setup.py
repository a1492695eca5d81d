"""Put what the workflow is made of into the wheel; pyproject.toml says the rest."""

import os
import runpy
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

# this file of the package needs the standard library alone
_SAID = runpy.run_path("scripts/bonescint/resources.py")
# the same files give the same bytes: their dates and modes in a wheel are fixed
os.environ.setdefault("SOURCE_DATE_EPOCH", "1577836800")
os.umask(0o022)


class WithWorkflow(build_py):
    """Copies rules, scripts, resources and documents beside the package."""

    def run(self) -> None:
        """Copy the package, and beside it the files, unless they are used where they lie."""
        super().run()
        if not self.editable_mode:
            for name in _files():
                to = Path(self.build_lib, _SAID["INSTALLED"], name)
                self.mkpath(str(to.parent))
                self.copy_file(name, str(to), preserve_mode=False)

    def get_source_files(self) -> list[str]:
        """Return what a source distribution needs, too."""
        return [*super().get_source_files(), *_files()]


def _files() -> list[str]:
    """Return the files relative to this one, but for the package itself and what Python leaves."""
    package = Path("scripts", "bonescint")
    found = [
        file
        for name in _SAID["PROGRAM"]
        for file in ([Path(name)] if Path(name).is_file() else sorted(Path(name).rglob("*")))
    ]
    return [
        str(file)
        for file in found
        if file.is_file()
        and not {package, Path("scripts", "bonescint.egg-info")} & {*file.parents}
        and file.parent.name != "__pycache__"
    ]


setup(cmdclass={"build_py": WithWorkflow})
