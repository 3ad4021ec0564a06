"""One target under atheris (libFuzzer): `python -m tests.fuzz.engine TARGET SECONDS FINDINGS SEED`, from __main__."""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import atheris

with atheris.instrument_imports(include=["overgang"]):
    from fuzz.targets import TARGETS

LARGEST = 20_000  # bytes


def main(name: str, seconds: str, findings: str, seed: str) -> None:
    """Does not return: libFuzzer ends the process, with 0 when the time is up, and with 77 when something came out."""
    target = TARGETS[name]

    def one(data: bytes) -> None:
        target.check(bytes(data))

    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for number, content in enumerate(target.seeds()):
            (corpus / f"{number}").write_bytes(content)
        words = Path(folder) / "words"
        words.write_text("\n".join('"' + "".join(f"\\x{byte:02x}" for byte in token) + '"' for token in target.tokens))
        options = [
            f"-max_total_time={seconds}",
            f"-max_len={LARGEST}",
            f"-artifact_prefix={findings}/",
            f"-dict={words}",
        ]
        atheris.Setup(["fuzz", str(corpus), *options, f"-seed={seed}", "-rss_limit_mb=4096", "-timeout=20"], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
