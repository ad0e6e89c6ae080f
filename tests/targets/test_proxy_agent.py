"""Clients of Node.js that know of no proxy reach AWS's hosts through the run's, others go their own way."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.emulators import free_port
from verifier.cli.machine import this_machine
from verifier.targets.proxy_agent import option_for, write_agent

# A proxy that answers CONNECT as told and says what it was asked for; then a request that knows of none.
ASK = """
const http = require('node:http'), https = require('node:https');
const server = http.createServer((request, response) => response.end('plain'));
server.on('connect', (request, socket) => { console.log('CONNECT ' + request.url); socket.end(ANSWER); });
server.listen(Number(new URL(process.env.PROXY).port), '127.0.0.1', () => {
  const agent = new https.Agent({ keepAlive: true });
  https.get({ host: process.env.ASKED, port: 443, agent, timeout: 5000 }, () => {})
    .on('error', (error) => { console.log('error'); server.close(); process.exit(0); });
});
"""
REFUSES = "'HTTP/1.1 403 Forbidden\\r\\n\\r\\n'"
# What follows is TLS: here it breaks, which is as far as this test goes.
ACCEPTS = "'HTTP/1.1 200 OK\\r\\n\\r\\n'"


@pytest.mark.parametrize("folder", ["plain", 'with a "quoted" space\\'])
@pytest.mark.parametrize("answer", [REFUSES, ACCEPTS])
@pytest.mark.parametrize(
    ("host", "asked"),
    [
        ("sts.us-east-1.amazonaws.com", True),
        ("STS.us-east-1.AMAZONAWS.com", True),
        ("s3.cn-north-1.amazonaws.com.cn", True),
        ("localhost", False),
        ("amazonaws.com.invalid", False),
        ("s3.aws.invalid", True),
        ("aws.invalid", True),
        ("notaws.invalid", False),
    ],
)
def test_only_what_is_for_aws(tmp_path: Path, folder: str, answer: str, host: str, asked: bool) -> None:
    program = tmp_path / folder / "agent.cjs"
    program.parent.mkdir()
    proxy = f"http://127.0.0.1:{free_port()}"
    write_agent(program, proxy, ["amazonaws.com", "amazonaws.com.cn", "aws.invalid"])
    environment = {"NODE_OPTIONS": option_for(program), "PROXY": proxy, "ASKED": host}
    node = this_machine().program("node")
    assert node is not None
    done = subprocess.run(
        [node, "-e", ASK.replace("ANSWER", answer)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    said = done.stdout.splitlines()
    assert said == ([f"CONNECT {host}:443"] if asked else []) + ["error"], done.stderr


def test_the_program_is_for_one_proxy(tmp_path: Path) -> None:
    write_agent(tmp_path / "a.cjs", "http://127.0.0.1:1", ["x"])
    text = (tmp_path / "a.cjs").read_text()
    assert f"new URL({json.dumps('http://127.0.0.1:1')})" in text
