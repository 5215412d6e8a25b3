"""What messages say (ux.md section 5). No link ever: a link in an SMS is how people are cheated."""

from datetime import timedelta

GOOD_FOR = {"phone_code": timedelta(minutes=10)}  # what the text promises; later it would only mislead

_TEXTS = {
    "phone_code": "【高考报名】{code}，用于绑定手机，10分钟内有效。工作人员不会索要。如非本人操作请联系报名点",
    "passwords_set": "【高考报名】您已设置登录密码和保存密码。如非本人操作，请马上联系报名点",
    "form_saved": "【高考报名】报名信息已于{at}保存为第{version}版（{changed}）。如非本人操作请联系报名点{phone}",
}


def text_of(template: str, **words: str) -> str:
    """Return the text of a template with its words."""
    return _TEXTS[template].format(**words)
