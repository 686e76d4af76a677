import os

import requests

from .settings import AELIX_API, SCOPES, TOKEN_URL


class Client:
    def __init__(self):
        self.session = requests.Session()
        form = {"grant_type": "client_credentials", "client_id": os.environ["AELIX_CLIENT_ID"], "scope": " ".join(SCOPES)}
        form["client_secret"] = os.environ["AELIX_CLIENT_SECRET"]
        token = self.session.post(TOKEN_URL, data=form, timeout=10).json()["access_token"]
        self.session.headers["Authorization"] = f"Bearer {token}"

    def _get(self, path):
        return self.session.get(f"{AELIX_API}{path}", timeout=10).json()

    def accounts(self):
        return self._get("/v1/accounts")

    def balance(self, account):
        return self._get(f"/v1/accounts/{account}/balance")

    def transactions(self, since):
        return self._get("/v1/transactions")
