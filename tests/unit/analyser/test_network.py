"""The network in numpy answers as in torch, and the weights are the recorded ones."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bonescint.analyser import weights
from bonescint.analyser.network import forward
from bonescint.analyser.weights import VERSION, layers
from bonescint.errors import InputError
from bonescint.resources import RESOURCES, ROOT

STORED = Path(__file__).with_name("torch_answers.npz")


def test_numpy_answers_as_torch_did() -> None:
    with np.load(STORED) as file:
        inputs, outputs = file["inputs"], file["outputs"]
    found = forward(layers(), inputs.astype(float))[:, ::4, ::4]
    assert np.abs(outputs).max() > 1  # the network says something
    np.testing.assert_allclose(found, outputs, rtol=1e-5, atol=1e-5 * np.abs(outputs).max())


def test_every_sum_is_exact() -> None:
    """Whole numbers below 2^53: the order of adding cannot change a bit."""
    for layer in layers():
        inputs = layer.weight.shape[0] * layer.weight.shape[2]
        assert np.array_equal(layer.weight, np.rint(layer.weight))
        assert np.abs(layer.weight).max() * 2.0**23 * inputs < 2.0**53


SCRIPT = """
import hashlib
from bonescint.analyser import analyse
from tests.unit.analyser.phantom import SPACING, scan
print(hashlib.sha256(repr(analyse(scan(True), SPACING)).encode()).hexdigest())
"""


def test_the_number_of_threads_changes_nothing() -> None:
    said = set()
    for threads in ("1", "2"):
        env = os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), threads)
        env["PYTHONPATH"] = os.pathsep.join((str(ROOT / "scripts"), str(ROOT)))
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=env, check=True, capture_output=True, text=True
        )
        said.add(done.stdout)
    assert len(said) == 1


@pytest.mark.parametrize("fault", ["changed", "short", "missing"])
def test_other_weights_are_refused(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "analyser" / "weights.npz"
    copy.parent.mkdir()
    shutil.copy(RESOURCES / "analyser" / "weights.npz", copy)
    content = bytearray(copy.read_bytes())
    content[len(content) // 2] ^= 1
    if fault == "missing":
        copy.unlink()
    else:
        copy.write_bytes(content if fault == "changed" else content[:1000])
    monkeypatch.setattr(weights, "RESOURCES", tmp_path)
    layers.cache_clear()
    with pytest.raises(InputError, match=r"resources/analyser/weights\.npz .* differs"):
        layers()
    layers.cache_clear()


def test_the_version_follows_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(VERSION) == 12
    assert (RESOURCES / "analyser" / "weights.npz").stat().st_size < 1_000_000
    other = weights.settings() | {"peak": "0.99"}
    monkeypatch.setattr(weights, "settings", lambda: other)
    assert weights._version() != VERSION
