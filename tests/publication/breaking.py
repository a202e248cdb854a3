"""Change a folder again and again, broken off at its first, second, ... step: killed, or told that there is no room.

    python breaking.py WHERE kill|full

Every step is one that Python tells its audit hooks of before it is taken: opening, renaming, removing and making files
and folders. Each time a child process changes WHERE/<step>, which is filled before; what it said and how it ended stand
in WHERE/said-<step>.txt. The last one was never broken off, since the change has fewer steps.
"""

import os
import signal
import sys
from pathlib import Path

from peermatch.errors import OutputError
from peermatch.publication import publishing, remove_files, write_files

STEPS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.listdir", "os.scandir", "os.chmod")
OLD = {
    "people.csv": "old people",
    "pairs.csv": "old pairs",
    "result.json": "old result",
    "history.csv": "old history",
    "report.html": "old report",
    "mine.txt": "not ours",
    "participants/guide-1.md": "old guide",
    "participants/notices.csv": "old notices",
}
NEW = {
    "people.csv": "new people",
    "pairs.csv": "new pairs",
    "result.json": "new result",
    "history.csv": "new history",
    "mine.txt": "not ours",
    "participants/guide-2.md": "new guide",
    "participants/notices.csv": "new notices",
}


def fill(folder, files):
    """Write files as anybody would."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def change(folder):
    """Replace everything: some files written in one go, some in another, some of last time taken away."""
    handed = folder / "participants"
    with publishing(folder):
        write_files(folder, {name: NEW[name] for name in ("people.csv", "pairs.csv")})
        write_files(handed, {name: NEW[f"participants/{name}"] for name in ("guide-2.md", "notices.csv")})
        remove_files(handed, ["guide-1.md"])
        remove_files(folder, ["report.html"])
        write_files(folder, {name: NEW[name] for name in ("result.json", "history.csv")})


def broken_off(folder, step, how):
    """Change a folder, but not beyond a step; return what was said, and whether that step was ever reached."""
    counted = 0

    def hook(event, arguments):
        nonlocal counted
        if event not in STEPS or str(folder) not in str(arguments):
            return
        counted += 1
        if counted == step and how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if counted == step:
            raise OSError(28, os.strerror(28))

    sys.addaudithook(hook)
    try:
        change(folder)
    except OutputError as error:
        return f"refused {error}", True
    return "done", counted >= step


def main():
    """Break off at one step after the other."""
    where, how = Path(sys.argv[1]), sys.argv[2]
    for step in range(1, 1000):
        folder = where / str(step)
        fill(folder, OLD)
        child = os.fork()
        if child == 0:
            said, reached = broken_off(folder, step, how)
            (where / f"said-{step}.txt").write_text(said)
            os._exit(1 if reached else 0)
        status = os.waitpid(child, 0)[1]
        if status == 0:
            break
        if os.WIFSIGNALED(status):
            (where / f"said-{step}.txt").write_text("killed")


if __name__ == "__main__":
    main()
