"""Whether the conditions of a statement hold for a request."""

from collections.abc import Sequence

from verifier.iam.comparisons import COMPARISONS
from verifier.iam.document import Condition
from verifier.iam.operators import NULL, Operator, Quantifier, parse_operator
from verifier.iam.variables import Variables


def holds(condition: Condition, variables: Variables) -> bool:
    """Whether one condition holds; ``condition.operator`` must be one that AWS has."""
    operator = parse_operator(condition.operator)
    assert operator is not None, condition.operator
    actual = variables.context.get(condition.key.lower())
    if operator.test == NULL:
        return _null(condition.values, actual is not None)
    if actual is None:
        return _missing(operator)
    if operator.quantifier is Quantifier.ONE:
        # A multi-valued key needs a set operator (source: iam-multivalued-needs-set); without one it fails.
        return isinstance(actual, str) and _value_holds(operator, condition.values, actual, variables)
    values = (actual,) if isinstance(actual, str) else actual
    quantify = all if operator.quantifier is Quantifier.ALL else any
    return quantify(_value_holds(operator, condition.values, value, variables) for value in values)


def _missing(operator: Operator) -> bool:
    """What a key that the request lacks means.

    ForAllValues holds and ForAnyValue fails, whatever else the operator's name says (source:
    iam-for-all-values, iam-for-any-value); else IfExists and negated operators hold (source:
    iam-missing-key, iam-if-exists).
    """
    if operator.quantifier is Quantifier.ONE:
        return operator.if_exists or operator.negated
    return operator.quantifier is Quantifier.ALL


def _null(expected: Sequence[str], present: bool) -> bool:
    """Null is "true" for a missing key and "false" for one that is there (source: iam-null)."""
    return ("false" if present else "true") in (value.lower() for value in expected)


def _value_holds(operator: Operator, expected: Sequence[str], actual: str, variables: Variables) -> bool:
    """One value of the request against the policy's: any may match; a negated operator excludes all.

    (source: iam-condition-values-or, iam-condition-negated-values)
    """
    compare = COMPARISONS[operator.test]
    results = (compare(value, actual, variables) for value in expected)
    if operator.negated:
        return all(result is False for result in results)
    return any(result is True for result in results)
