import re

from tools.types_page import PAGE, page
from verifier.cloudformation.handlers import handlers


def test_the_page_says_what_the_types_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


def test_every_type_has_its_section_and_its_entry() -> None:
    text = page()
    assert re.findall(r"^## (\S+)$", text, re.MULTILINE) == sorted(handlers())
    for name in handlers():
        assert f"- [{name}](#{name.lower().replace(':', '')})" in text


def test_what_is_lacking_is_said() -> None:
    section = page().partition("## AWS::S3::Bucket\n")[2].partition("\n## ")[0]
    assert "Not acted on: `BucketNamePrefix`, `BucketNamespace`" in section
    assert "`s3:PutBucketEncryption`" in section
    assert "`s3-versioning-suspended`: [" in section
