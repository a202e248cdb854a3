"""Listed ids that nobody has: counted where some are, refused where none is, or where only the type differs.

A rule that forbids nothing in silence is the worst fault we could have.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from peermatch.criteria.sides import Sides, key_of, plain_text
from peermatch.errors import InputError, error_item

__all__ = ["count_strangers"]


def count_strangers(
    ids: Sequence[Any],
    sides: Sides,
    caller: str,
    *,
    absent: Collection[tuple[str, Any]] = (),
    private: bool = False,
    all_may_be_strangers: bool = False,
    argument: str | None = None,
) -> str:
    """Look at the ids of a list of pairs, and return a note on those that nobody has ("" where there are none).

    Parameters
    ----------
    ids : sequence
        All listed ids, repeats included.
    sides : Sides
    caller : str
        For errors: ``"veto()"``.
    absent : collection of typed ids
        People who came in and do not take part: known, though not here.
    private : bool
        Then the note only counts, and errors name nobody.
    all_may_be_strangers : bool
        Whether a list in which nobody is known is no error.
    argument : str, optional
        Which argument the list is, for the data of the error about a list in which nobody is known.

    Raises
    ------
    InputError
        ``id_type``: a listed id would be someone's if it were written as people's ids are. ``unknown_ids``: nobody
        on the list is here.
    """
    listed = {key_of(sides.as_written(id)): id for id in ids}
    strangers = {
        key: id for key, id in listed.items() if not sides.knows(sides.as_written(id)) and key not in absent
    }
    if not strangers:
        return ""
    example = sides.left.ids[0]
    for id in sorted(strangers.values(), key=repr):
        meant = sides.texts.get(plain_text(id))
        if meant is not None:
            shown = "an id" if private else repr(id)
            wanted = "as people's ids are" if private else repr(meant)
            message = (
                f"{caller} lists {shown}, which nobody has; written {wanted} it would be someone's. Write listed ids "
                f"like people's ids, which are {_kind(example)}: read both tables with the same types."
            )
            raise InputError(
                error_item("id_type", message, found=None if private else id, accepted=_kind(example))
            )
    if len(strangers) == len(listed) and not all_may_be_strangers:
        first = "" if private else f" (the first is {min(map(repr, strangers.values()))})"
        message = (
            f"None of the {len(listed)} ids that {caller} lists belongs to anyone here{first}; people's ids look like "
            f"{example!r}. Correct the list, or leave it out."
        )
        raise InputError(error_item("unknown_ids", message, column=argument, accepted=repr(example)))
    count = f"{len(strangers)} listed {'id' if len(strangers) == 1 else 'ids'} that nobody has"
    if private:
        return count
    names = sorted(map(repr, strangers.values()))  # the same words whatever the order of pairs
    return f"{count}: {', '.join(names[:3])}{', ...' if len(names) > 3 else ''}"


def _kind(id: Any) -> str:
    return "text" if isinstance(id, str) else "whole numbers"
