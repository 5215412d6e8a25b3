"""The keys of all services outside, as their stand-ins make them, for tests in which none of them needs to run."""

import json
import secrets
from pathlib import Path

from standins.cashier.alipay import Alipay
from standins.cashier.ledger import Ledger
from standins.cashier.unionpay import UnionPay
from standins.cashier.wechat import WeChat


def make_service_keys(home: Path) -> Path:
    """Make what BAOMING_SERVICE_KEYS holds below `home`; returns it."""
    for name in ("cashier", "faceid", "identity", "sms"):
        (home / name).mkdir(parents=True)
    ledger = Ledger(home / "cashier")
    for provider in (WeChat, Alipay, UnionPay):
        provider(home / "cashier", ledger, "")
    for name in ("identity", "sms"):
        (home / name / f"{name}.secret").write_text(secrets.token_hex(32))
    (home / "identity" / "system_check.secret").write_text(secrets.token_hex(32))
    (home / "faceid" / "account.json").write_text(json.dumps({"secret_id": "AKID", "secret_key": "k", "rule_id": "1"}))
    return home
