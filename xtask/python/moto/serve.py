"""moto's S3 on this machine alone: one account, whose requests have to be signed with its key, and one bucket."""

import os
import sys

# Read when moto is loaded: who asks is looked at from the first request on.
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "0"

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends
from moto.s3.models import s3_backends
from moto.server import main

ACCOUNT = "wenshu"
BUCKET = "datasets"
REGION = "us-east-1"
ALLOWED = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'

accounts = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
accounts.create_user(region_name=REGION, user_name=ACCOUNT)
accounts.put_user_policy(ACCOUNT, "everything", ALLOWED)
key = accounts.create_access_key(user_name=ACCOUNT)
key.access_key_id, key.secret_access_key = ACCOUNT, os.environ["WENSHU_SECRET_KEY"]
s3_backends[DEFAULT_ACCOUNT_ID]["aws"].create_bucket(BUCKET, REGION)

main(["--host", "127.0.0.1", "--port", sys.argv[1]])
