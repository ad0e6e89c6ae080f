"""What the watchdog is told; what it does is in test_process.py."""

import os

from verifier.framework.watchdog import Job, job_of


def test_a_job_reads_as_it_was_written() -> None:
    odd = os.fsdecode(b"\xff\xfe")
    job = Job(["node", "a b", "", "x\ny=1"], f"/tmp/{odd}", {"A": "1=2\n", "B": "", "C": odd}, 7, "")
    text = job.as_bytes()
    length, rest = int(text[:12]), text[12:]
    assert length == len(rest)
    assert vars(job_of(rest)) == vars(job)


def test_a_child_without_an_environment() -> None:
    job = Job(["true"], "/", {}, 3, "/sys/fs/cgroup/x", identity=(65534, 65533))
    assert vars(job_of(job.as_bytes()[12:])) == vars(job)
