"""Signs a request with botocore and sends it; prints the status and the body. Arguments: URL, key, secret, body."""

import sys

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session

url, key, secret, body = sys.argv[1:]
request = AWSRequest(method="POST", url=url, headers={"Content-Type": "application/json"}, data=body)
SigV4Auth(Credentials(key, secret), "execute-api", "us-east-1").add_auth(request)
response = URLLib3Session().send(request.prepare())
print(response.status_code, response.text)
