"""Managers whom a table names by name or by address: their ids, where that can only be one person."""

from __future__ import annotations

from collections.abc import Iterable

from peermatch.cli.columns import columns_of
from peermatch.cohort import Cohort, read_people

__all__ = ["address_column", "with_managers"]

_ADDRESSES = 0.9


def address_column(people: Cohort) -> str | None:
    """Return the column of people's own e-mail addresses, if there is one."""
    for column in columns_of(people):
        texts = [value for value in column.distinct if isinstance(value, str)]
        addresses = sum("@" in text and " " not in text for text in texts)
        if len(texts) == column.known > 1 and addresses >= _ADDRESSES * len(texts):
            return column.name
    return None


def with_managers(people: Cohort, columns: Iterable[str], label: str | None = None) -> Cohort:
    """Return people with their managers' ids; the same Cohort where all are told by id already, or none can be found.

    Parameters
    ----------
    people : Cohort
    columns : iterable of str
        Columns of managers; those that the table lacks are passed over.
    label : str, optional
        The column of people's names.

    Examples
    --------
    >>> rows = [{"id": "01", "name": "Ada King", "boss": None}, {"id": "02", "name": "Bo Lee", "boss": "King, Ada"}]
    >>> people = read_people(rows, id="id")
    >>> with_managers(people, ["boss"], "name").column("boss").tolist()
    [None, '01']
    """
    ids = {str(id) for id in people.ids.tolist()}
    label = label if label is not None and people.has(label) else None
    for column in columns:
        if not people.has(column) or column == people.id:
            continue
        if all(cell is None or str(cell) in ids for cell in people.column(column).tolist()):
            continue
        email = address_column(people)
        named = read_people(
            people,
            people.id,
            label=label or people.label,
            eligible=people.eligible,
            manager=column,
            email=None if email in (column, people.id) else email,
            at_least=1,
        )
        if "manager_named" in set(named.repairs["code"]):
            people = named
    return people
