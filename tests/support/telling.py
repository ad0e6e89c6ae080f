"""A service with a plugin that tells all it knows, in many forms; and a search for what nobody may tell."""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

PAYMENT, PASSWORD, TOKEN = "sk_live+4242/& <key>", 'hunter2 & "more"', "s3cret-of-the-database"
FIXTURES = f"""
ssm: {{/telling/password: {{type: SecureString, value: {json.dumps(PASSWORD)}}}}}
secrets: {{database: {{token: {TOKEN}}}}}
env: [PAYMENT_KEY]
"""
# What it knows it also leaves in a file of ours, so that the test knows what must be nowhere else.
_PLUGIN = """
const fs = require('fs');
const own = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'PAYMENT_KEY'].map((name) => process.env[name]);
const known = [...own, ...SECRETS];
fs.appendFileSync(KNOWN, known.map((one) => JSON.stringify(one) + '\\n').join(''));
const forms = [
  (text) => text,
  (text) => Buffer.from(text).toString('base64'),
  (text) => Buffer.from('x:' + text + ':y').toString('base64url'),
  (text) => Buffer.from(text).toString('hex'),
  encodeURIComponent,
  (text) => new URLSearchParams({ text }).toString(),
  JSON.stringify,
  (text) => JSON.stringify(JSON.stringify({ text })),
  (text) => require('util').inspect(text),
  (text) => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`),
  (text) => text.slice(0, 9) + '\\x1b[31m' + text.slice(9) + '\\x1b[0m',
];
const order = '\\x1b[2J\\x1b]0;title\\x07\\x9b31m\\x1b]8;;http://x\\x1b\\\\\\r\\u202e\\u009d0;t\\u009c';
const told = forms.map((form) => order + known.map(form).join(' ')).join('\\n');
module.exports = class {
  constructor(serverless) {
    const end = () => { ACT };
    const ends = ['before:package:initialize', 'after:deploy:deploy', 'before:remove:remove'];
    this.hooks = Object.fromEntries(ends.map((hook) => [hook, end]));
    console.log(told); console.error(told);
  }
};
"""


def telling(
    folder: Path, configuration: str, act: str, known: Path, secrets: Iterable[str] = (PASSWORD, TOKEN)
) -> Path:
    """The service in ``folder``: it tells ``secrets`` and its keys, and then does ``act``."""
    folder.mkdir()
    (folder / "serverless.yml").write_text(configuration, encoding="utf-8")
    (folder / "verifier.yml").write_text(FIXTURES, encoding="utf-8")
    (folder / "handler.js").write_text("exports.hello = async () => 1;\n", encoding="utf-8")
    plugin = _PLUGIN.replace("ACT", act).replace("SECRETS", json.dumps([*secrets]))
    (folder / "plugin.js").write_text(re.sub(r"\bKNOWN\b", json.dumps(str(known)), plugin), encoding="utf-8")
    return folder


def secrets_of(known: Path) -> set[str]:
    """What the plugin knew."""
    return {json.loads(line) for line in known.read_text(encoding="utf-8").splitlines()}


def written_in(*folders: Path) -> Iterator[tuple[str, str]]:
    """Path and text of each file there."""
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                yield str(path), path.read_bytes().decode(errors="replace")


def assert_nothing_is_told(text: str, secrets: Iterable[str], where: str = "") -> None:
    """None of ``secrets``, nor a part of a long one, is in ``text``, however it is written."""
    for secret in secrets:
        whole = base64.b64encode(secret.encode()).decode().rstrip("=")
        for form in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1], whole, secret.encode().hex()):
            assert form not in text, where
        # A part of one is one, too.
        parts = (secret[at : at + 12] for at in range(len(secret) - 12))
        assert len(secret) < 20 or not any(part in text for part in parts), where
