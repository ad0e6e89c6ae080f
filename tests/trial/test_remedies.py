"""The way to mend what AWS refuses to everyone."""

import pytest

from verifier.authorization.sources import source
from verifier.trial.remedies import remedies, with_remedy


@pytest.mark.parametrize(
    ("reason", "mend"),
    [
        (
            'Site (AWS::S3::BucketPolicy) CREATE_FAILED: Resource handler returned message: "Access Denied '
            '(Service: S3, Status Code: 403, Request ID: x)"',
            "BlockPublicPolicy false",
        ),
        ("SitePolicy - API: s3:PutBucketPolicy Access Denied", "BlockPublicPolicy false"),
        ("Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting", "ObjectWriter"),
        ("The bucket does not allow ACLs", "ObjectWriter"),
        ("Bucket cannot have public ACLs set with BlockPublicAccess enabled", "BlockPublicAcls false"),
        ("Inbox - Unable to validate the following destination configurations", "DependsOn"),
        (
            'Redundant fields [name="a"] provided when either Body or BodyS3Location is not empty',
            "x-amazon-apigateway-tag-value",
        ),
        ("The role defined for the function cannot be assumed by Lambda.", "sts:AssumeRole"),
        ("The provided execution role does not have permissions to call ReceiveMessage on SQS", "sqs:Del"),
        ("Cannot access stream arn:x. Please ensure the role can perform the GetRecords", "role's policies"),
        ("the environment variables you have provided contains reserved keys that are", "other names"),
        ("the environment variables you have provided exceeded the 4KB limit.", "a parameter"),
        ("Could not find Docker installation. Ensure Docker is installed before continuing.", "by its URI"),
        ("Encountered error during executing: docker build -t a:b ./ | Cannot connect", "by its URI"),
        ("Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds", "Visibility"),
        (
            "Value 'x-dev-us-east-1-lambdaRole' at 'roleName' failed to satisfy constraint: Member must have "
            "length less than or equal to 64 (Service: Iam",
            "provider.iam.role.name",
        ),
        ('"Value aurora for parameter Engine is invalid. Reason: engine aurora not', "Engine aurora-mysql"),
        (
            "Error: Cannot find module 'chalk' | Require stack: | - /t/node_modules/@x/proxy/index.js",
            "@x/proxy uses the package chalk and does not bring it: npm install --save-dev chalk,",
        ),
        (
            "Error: Cannot find module '@a/b/lib/c' | Require stack: | - /t/node_modules/proxy/index.js | -",
            "proxy uses the package @a/b and",
        ),
        (
            "Error: Cannot find module 'serverless/lib/x' | Require stack: | - /t/node_modules/p/a.js | -",
            "p uses parts of framework 3, which it finds only in the service's own packages: npm install",
        ),
        (
            "Cannot read properties of undefined (reading 'includes') | at get functions [as functions] "
            "(/t/node_modules/serverless-plugin-typescript/dist/src/index.js:98:25) | at TypeScriptPlugin",
            "give provider.runtime",
        ),
        (
            "Cannot read properties of null (reading 'toString') | at ServerlessRubyBundler.bundleInstall "
            "(/t/node_modules/serverless-ruby-layer/lib/bundle.js:136:33) | at x",
            "install Ruby with Bundler",
        ),
        (
            "Error: | python3.9 not found! Install it according to the poetry docs. | 1",
            "runs python3.9, which",
        ),
        ("Error: spawn go ENOENT | at ChildProcess._handle.onexit", "go, which a plugin of the service runs"),
    ],
)
def test_awss_words_come_with_the_way_to_mend_the_service(reason: str, mend: str) -> None:
    words = with_remedy(reason)
    assert words.startswith(f"{reason}; no permission helps: ")
    assert mend in words


@pytest.mark.parametrize(
    "reason",
    [
        "Access Denied",
        'Files (AWS::S3::Bucket) CREATE_FAILED: "Access Denied (Service: S3, Status Code: 403"',
        "Encountered error during executing: docker push a:b | arn:x is not authorized to perform: ecr:X",
        "the network is gone",
        "Unrecognized engine name: aurora-mysql",
        "Error: Cannot find module './own' | Require stack: | - /t/shop/node_modules/proxy/lib/index.js",
        "Error: Cannot find module 'chalk' | Require stack: | - /t/own.js | - /t/node_modules/osls/x.js",
        "Cannot read properties of null (reading 'toString') | at x (/t/node_modules/other/lib/bundle.js:1)",
    ],
)
def test_other_words_are_left_as_they_are(reason: str) -> None:
    assert with_remedy(reason) == reason


def test_each_rests_on_a_source() -> None:
    assert all(source(one.source).quote for one in remedies())
