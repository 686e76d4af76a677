import os

AELIX_API = os.environ.get("AELIX_API", "https://api.aelix.digitalapi.ai")
TOKEN_URL = "https://auth.aelix.digitalapi.ai/oauth2/token"
SCOPES = ["banking:read", "identity:read", "payments:initiate"]
