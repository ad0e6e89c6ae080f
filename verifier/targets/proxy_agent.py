"""A small program for Node.js: whoever asks AWS over https does so through the proxy of the run.

The framework's own clients know of proxies; those that a configuration file or a plugin makes do not.
"""

import json
from collections.abc import Iterable
from pathlib import Path

_PROGRAM = """\
'use strict';
const http = require('node:http');
const https = require('node:https');

const suffixes = SUFFIXES;
const proxy = new URL(PROXY);
const direct = https.Agent.prototype.createConnection;

function isAws(host) {
  const name = String(host || '').toLowerCase();
  return suffixes.some((suffix) => name === suffix || name.endsWith(`.${suffix}`));
}

https.Agent.prototype.createConnection = function (options, done) {
  const host = options && (options.host || options.hostname);
  if (!isAws(host) || options.socket || typeof done !== 'function') return direct.apply(this, arguments);
  const path = `${host}:${options.port || 443}`;
  const { hostname, port } = proxy;
  const headers = { host: path };
  const request = http.request({ hostname, port, path, headers, method: 'CONNECT', agent: false });
  request.once('error', (error) => done(error));
  request.once('connect', (response, socket) => {
    if (response.statusCode === 200) {
      done(null, direct.call(this, { ...options, socket }));
    } else {
      socket.destroy();
      done(new Error(`${path}: the proxy answered ${response.statusCode}`));
    }
  });
  request.end();
  return undefined;
};
"""


def write_agent(path: Path, proxy: str, suffixes: Iterable[str]) -> None:
    """Write the program for one proxy ("http://127.0.0.1:PORT") and the domains of AWS's endpoints."""
    text = _PROGRAM.replace("SUFFIXES", json.dumps(list(suffixes))).replace("PROXY", json.dumps(proxy))
    path.write_text(text, encoding="utf-8")


def option_for(path: Path) -> str:
    """What makes Node.js run the program at ``path`` first, as NODE_OPTIONS takes it."""
    quoted = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'--require "{quoted}"'
