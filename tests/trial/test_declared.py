"""The tool's variables, and which values are secrets."""

import pytest

from verifier.errors import InputError
from verifier.service.fixtures import (
    Fixtures,
    ParameterFixture,
    SecretFixture,
    TemplateFixture,
    VariableFixture,
)
from verifier.trial.declared import secrets_in, variables

TEMPLATE = """
Resources:
  S:
    Type: AWS::SecretsManager::Secret
    Properties: {Name: db, SecretString: '{"password": "p1", "port": 5432}'}
  T: {Type: AWS::SecretsManager::Secret, Properties: {SecretString: !Sub 'plain-${Stage}'}}
"""


def test_values_come_from_the_file_the_users_environment_and_the_command_line() -> None:
    fixtures = Fixtures(
        variables=(
            VariableFixture("A", "a"),
            VariableFixture("B"),
            VariableFixture("C", "c"),
            VariableFixture("D"),
        )
    )
    found = variables(fixtures, {"A": "no", "B": "b", "X": "x"}, {"C": "given", "D": "d", "E": "e"})
    assert found == {"A": "a", "B": "b", "C": "given", "D": "d", "E": "e"}


def test_one_that_nobody_sets_is_one_line() -> None:
    with pytest.raises(InputError, match=r"verifier.yml: env: B: is not set where .*--env B="):
        variables(Fixtures(variables=(VariableFixture("B"),)), {}, {})


def test_what_is_secret() -> None:
    fixtures = Fixtures(
        template=TEMPLATE,
        templates=(TemplateFixture("x", "{broken"), TemplateFixture("y", '{"a": [{"SecretString": "s9"}]}')),
        parameters=(ParameterFixture("/a", "open"), ParameterFixture("/b", '{"user": "u1"}', "SecureString")),
        secrets=(SecretFixture("s", "s1"), SecretFixture("t", '{"k": "s2", "deep": {}}')),
        variables=(VariableFixture("OPEN", "eu", secret=False),),
    )
    found = set(secrets_in(fixtures, {"OPEN": "eu", "KEY": "k1"}))
    assert {"k1", "u1", "s1", "s2", "s9", "p1", "5432", "plain-${Stage}"} <= found
    assert not {"open", "eu", "db", "x", "y"} & found
