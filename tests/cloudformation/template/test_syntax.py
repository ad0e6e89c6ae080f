"""Template text: JSON, and YAML with the short tags."""

from verifier.cloudformation.template.syntax import parse_text

YAML = """
AWSTemplateFormatVersion: 2010-09-09
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Condition: IsProd
    Properties:
      A: !Ref Stage
      B: !GetAtt Table.Stream.Arn
      C: !Sub "${Stage}-x"
      D: !Join [ "-", [ a, !Ref B ] ]
      E: !If [ IsProd, !Ref X, !Ref "AWS::NoValue" ]
      F: !FindInMap [ M, a, b ]
      G: { Version: 2012-10-17, Yes: yes }
      H: !Sub
        - "${A}"
        - A: !GetAtt [ Table, Arn ]
Conditions:
  IsProd: !Not [ !Condition IsDev ]
"""


def test_yaml_tags_are_functions_and_dates_stay_text() -> None:
    parsed = parse_text(YAML)
    assert parsed["AWSTemplateFormatVersion"] == "2010-09-09"
    assert parsed["Conditions"] == {"IsProd": {"Fn::Not": [{"Condition": "IsDev"}]}}
    assert parsed["Resources"]["Table"]["Properties"] == {
        "A": {"Ref": "Stage"},
        "B": {"Fn::GetAtt": ["Table", "Stream.Arn"]},
        "C": {"Fn::Sub": "${Stage}-x"},
        "D": {"Fn::Join": ["-", ["a", {"Ref": "B"}]]},
        "E": {"Fn::If": ["IsProd", {"Ref": "X"}, {"Ref": "AWS::NoValue"}]},
        "F": {"Fn::FindInMap": ["M", "a", "b"]},
        "G": {"Version": "2012-10-17", "Yes": True},
        "H": {"Fn::Sub": ["${A}", {"A": {"Fn::GetAtt": ["Table", "Arn"]}}]},
    }


def test_json_is_read_as_json() -> None:
    assert parse_text('{"Resources": {"A": {"Type": "T", "B": 1.0}}}') == {
        "Resources": {"A": {"Type": "T", "B": 1.0}}
    }
