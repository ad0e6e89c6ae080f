"""Reading a framework's YAML, in which CloudFormation's short tags (!Ref, !GetAtt, !Sub) may stand."""

from typing import Any

import yaml


class TolerantLoader(yaml.SafeLoader):
    """A safe loader that keeps the value under an unknown tag, whatever the tag means."""


def _construct_unknown(loader: yaml.SafeLoader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    assert isinstance(node, yaml.ScalarNode)
    return loader.construct_scalar(node)


TolerantLoader.add_multi_constructor("!", _construct_unknown)
