"""What networkx wants to know about our backend each time it is imported: one dictionary, and no import at all."""

__all__ = ["get_info"]

_COMMON = (
    "Exact for whole numbers and for floats, with weights read at the call. Weights outside int64 and float64 "
    "are declined. An edge of weight 0 or less is chosen only to match more vertices."
)


def get_info():  # type: ignore[no-untyped-def]  # a name for the type would be an import
    """Return what the backend is called and which functions it has, in networkx's own terms.

    Returns
    -------
    dict
        As networkx's entry-point group ``networkx.backend_info`` wants it.

    Examples
    --------
    >>> sorted(get_info()["functions"])
    ['max_weight_matching', 'min_weight_matching']
    """
    return {
        "backend_name": "peermatch",
        "project": "peermatch",
        "package": "peermatch",
        "short_summary": "Exact maximum-weight matchings by compiled code.",
        "functions": {
            "max_weight_matching": {"additional_docs": _COMMON},
            "min_weight_matching": {"additional_docs": _COMMON + " Totals are compared without rounding."},
        },
    }
