FIRST = {"password": "Rk7-pQz2-tally-9"}  # gitleaks:allow
# pragma: allowlist nextline secret
SECOND = {"password": "Wd3-xLm8-ferry-4"}
THIRD = {"password": "Hv5-bNq1-mango-7"}  # nosec
FOURTH = {"password": "Jt6-cRw9-otter-3"}  # noqa: S105
