"""A deploy that fails at its very end, where the target itself cannot make it fail.

A plugin in the private copy adds to the compiled template a wait condition that depends on each resource
and that nobody signals: names of resources that the framework generates are known to a plugin alone.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

from verifier.service.added_plugin import add_plugin
from verifier.service.enclosed import entered, new_file_at
from verifier.service.private_copy import UNFAILED, PrivateCopy
from verifier.service.put_back import put_back

SECONDS = 1
"""How long the wait condition waits."""
# Where the framework packages nothing from: else the functions' code would be other code. It empties the
# folder once it has loaded what is in it.
_PLUGIN_PATH = ".serverless/verifier-failing.cjs"
_RESOLVER_PATH = ".serverless/verifier-failing-resolver.cjs"

# What depends on a resource that its condition keeps from being made is not made either (source:
# cfn-condition-dependents): these are referred to under their conditions, in a property.
_PLUGIN = """\
const NAME = FAILURE;
const HANDLE = `${NAME}Handle`;

const addFailure = (template) => {
  if (!template || !template.Resources) return;
  delete template.Resources[NAME];
  delete template.Resources[HANDLE];
  const resources = Object.entries(template.Resources).filter(
    ([name, one]) => /^[A-Za-z0-9]+$/.test(name) && one && typeof one.Type === "string"
  );
  const perhaps = resources.filter(([, one]) => one.Condition);
  const references = perhaps.map(([name, one]) => ({ "Fn::If": [one.Condition, { Ref: name }, ""] }));
  template.Resources[HANDLE] = { Type: "AWS::CloudFormation::WaitConditionHandle" };
  template.Resources[NAME] = {
    Type: "AWS::CloudFormation::WaitCondition",
    DependsOn: [...resources.filter(([, one]) => !one.Condition).map(([name]) => name), HANDLE],
    Properties: {
      Handle: { Ref: HANDLE },
      Timeout: references.length ? { "Fn::Select": [0, [SECONDS, ...references]] } : SECONDS,
    },
  };
};

class VerifierFailure {
  constructor(serverless) {
    const add = () => addFailure(serverless.service.provider.compiledCloudFormationTemplate);
    // The second time for what other plugins have changed since.
    this.hooks = {
      "before:aws:package:finalize:saveServiceState": add,
      "before:aws:deploy:deploy:uploadArtifacts": add,
    };
  }
}

module.exports = VerifierFailure;
"""


@contextmanager
def failing(copy: PrivateCopy, name: str) -> Iterator[None]:
    """While it lasts each deploy from ``copy`` fails when all is done, for the wait condition ``name``.

    Afterwards the copy is as it was. Raises InconclusiveError when something else stands in the
    configuration's place.
    """
    original = f"{UNFAILED}{copy.config.suffix}"
    with put_back(copy, _PLUGIN_PATH, _RESOLVER_PATH, original) as as_before:
        as_before()
        plugin = _PLUGIN.replace("FAILURE", json.dumps(name)).replace("SECONDS", json.dumps(str(SECONDS)))
        _write(copy, _PLUGIN_PATH, plugin)
        resolver = add_plugin(copy.config, f"./{_PLUGIN_PATH}", original=UNFAILED, resolver=_RESOLVER_PATH)
        if resolver:
            _write(copy, _RESOLVER_PATH, resolver)
        for path in (copy.config, copy.folder / original):
            copy.hand_over(path)
        yield


def _write(copy: PrivateCopy, name: str, text: str) -> None:
    path = copy.folder / name
    with (
        entered(path.parent, copy.anchor) as folder,
        os.fdopen(new_file_at(folder, path.name), "w", encoding="utf-8") as file,
    ):
        file.write(text)
