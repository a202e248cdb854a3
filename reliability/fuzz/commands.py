"""Target: command lines of `peermatch`, over small files that are changed a little."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import tempfile
from pathlib import Path

import tomli_w

import peermatch as pm
from peermatch.cli.entry import main
from reliability.fuzz.documents import CONFIG, PEOPLE, mutated
from reliability.fuzz.draw import Draw
from reliability.fuzz.tables import folder

__all__ = ["commands"]

CODES = {0, 2, 3, 4}


def _csv(draw: Draw) -> bytes:
    names = list(PEOPLE[0])
    lines = [
        ",".join(names),
        *(",".join("" if row[name] is None else str(row[name]) for name in names) for row in PEOPLE),
    ]
    text = bytearray("\n".join(lines).encode())
    for _ in range(draw.number(0, 3)):
        at = draw.number(0, len(text))
        if draw.flag():
            text[at:at] = draw.text().encode("utf-8", "replace")
        else:
            del text[at : at + draw.number(0, 8)]
    return bytes(text)


def _toml(draw: Draw) -> bytes:
    base = {key: CONFIG[key] for key in ("id", "label", "eligible", "mutual")}
    base["criteria"], base["rules"] = (
        CONFIG["criteria"][: draw.number(1, 4)],
        CONFIG["rules"][: draw.number(0, 2)],
    )
    try:
        return tomli_w.dumps(mutated(draw, base)).encode("utf-8", "replace")
    except Exception:  # data that TOML cannot hold
        return draw.rest()


def commands(data: bytes) -> str:
    """Run one command; the exit code is one of those that are promised, and nobody sees a traceback."""
    draw = Draw(data)
    here = Path(tempfile.mkdtemp(dir=folder()))
    try:
        return _run(draw, here)
    finally:
        shutil.rmtree(here, ignore_errors=True)


def _run(draw: Draw, here: Path) -> str:
    people, config, out = here / "people.csv", here / "programme.toml", here / "out"
    people.write_bytes(_csv(draw))
    if not draw.flag(8):
        config.write_bytes(_toml(draw))
    command = draw.choice(
        [
            "match",
            "match",
            "match",
            "inspect",
            "init",
            "shortlist",
            "explain",
            "round",
            "update",
            "diff",
            "circles",
            "quality",
        ]
    )
    argv = [command]
    if command != "diff":
        argv.append(str(people) if not draw.flag(16) else draw.text())
    if command not in ("inspect", "init", "diff"):
        argv += ["--config", str(config)]
    if command in ("match", "shortlist", "round", "update", "circles"):
        argv += ["--out", str(out)]
    extra = {
        "match": [
            "--report",
            "--json",
            "--quiet",
            "--round",
            "--as-of",
            "--solver",
            "--locks",
            "--history",
            "--time-limit",
            "--id",
        ],
        "inspect": [
            "--id",
            "--json",
            "--strict",
            "--duplicates",
            "--as-of",
            "--day-first",
            "--manager",
            "--label",
        ],
        "init": ["--template", "--id", "--as-of", "--force", "--encoding", "--out"],
        "shortlist": ["-k", "--at-most", "--who", "--discoverable"],
        "explain": ["--id", "--with", "--why-not", "--id"],
        "round": ["--round", "--date", "--programme", "--as-of"],
        "update": ["--previous", "--price", "--at-most", "--keep"],
        "diff": [str(out), str(people)],
        "circles": ["--size", "--sizes", "--seed"],
        "quality": ["--by", "--hide-below"],
    }[command]
    values = [
        "p1",
        "p2",
        "2026-12-01",
        "3",
        "0.2",
        "r1",
        "team",
        "peer",
        "roommates",
        str(people),
        str(out),
        "all",
        "",
    ]
    for _ in range(draw.number(0, 3)):
        argv.append(draw.choice(extra))
        if draw.flag() or not argv[-1].startswith("--"):
            argv.append(draw.choice(values) if not draw.flag(8) else draw.text())
    if command == "update":
        saved = here / "before" / "result.json"
        saved.parent.mkdir()
        saved.write_text(json.dumps(_before()), encoding="utf-8")
        argv += ["--previous", str(saved.parent)]
    argv = [part.replace("\x00", "").encode("utf-8", "replace").decode() for part in argv]
    told, came = io.StringIO(), os.getcwd()  # noqa: PTH109
    try:
        os.chdir(here)
        with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
            code = main(argv)
    finally:
        os.chdir(came)
    assert code in CODES, f"exit code {code} of {argv}"
    assert "Traceback" not in told.getvalue()
    assert code == 0 or told.getvalue().strip(), f"exit code {code} without a word, of {argv}"
    if code == 0 and command == "match" and (out / "result.json").exists():
        saved = json.loads((out / "result.json").read_text(encoding="utf-8"))
        assert saved["schema"].startswith("peermatch/pairing/")
    return f"exit {code}: {command}"


def _before() -> dict[str, object]:
    from reliability.fuzz.documents import _made

    document = _made()["pairing"]
    assert isinstance(document, dict)
    return document


assert pm.__version__
