"""What messages say (ux.md section 5). No link ever: a link in an SMS is how people are cheated."""

from datetime import timedelta

_CODES = ("phone_code", "login_code", "reset_code", "rebind_code", "save_code", "dispute_code", "cancel_code")
GOOD_FOR = dict.fromkeys(_CODES, timedelta(minutes=10))  # what the text promises; later it would only mislead

_TEXTS = {
    "phone_code": "【高考报名】{code}，用于绑定手机，10分钟内有效。工作人员不会索要。如非本人操作请联系报名点",
    "passwords_set": "【高考报名】您已设置登录密码和保存密码。如非本人操作，请马上联系报名点",
    "login_code": "【高考报名】{code}，用于重设登录密码，10分钟内有效。工作人员不会索要。如非本人操作请联系报名点",
    "reset_code": "【高考报名】{code}，用于申请重设保存密码，10分钟内有效。工作人员不会索要。如非本人操作请联系报名点",
    "rebind_code": "【高考报名】{code}，用于更换绑定手机，10分钟内有效。工作人员不会索要。如非本人操作请联系报名点",
    "save_code": "【高考报名】{code}，用于保存报名信息，10分钟内有效。工作人员不会索要。如非本人操作请联系报名点",
    "dispute_code": "【高考报名】{code}，用于冻结报名信息，10分钟内有效。工作人员不会索要。如非本人操作请联系报名点",
    "form_disputed": "【高考报名】您申明报名信息不是本人改的，已冻结，谁都不能保存。请等报名点核对，电话{phone}",
    "dispute_ended": "【高考报名】报名信息已解除冻结：{outcome}。请登录核对，有疑问请联系报名点{phone}",
    "suspect_change": "【高考报名】有人连续改动几名考生的报名信息，其中有您。请登录核对，不是本人操作请联系{phone}",
    "login_recovered": "【高考报名】您的登录密码已重设，保存密码没有变。如非本人操作请马上联系报名点{phone}",
    "reset_asked": "【高考报名】有人申请重设您的保存密码，{at}起可设。如非本人操作请登录取消，并联系报名点{phone}",
    "reset_at_site": "【高考报名】报名点已为您受理重设保存密码。如非本人办理，请登录后取消，并联系报名点{phone}",
    "reset_cancelled": "【高考报名】重设保存密码的申请已取消，保存密码没有变。如非本人操作请联系报名点{phone}",
    "save_reset": "【高考报名】您的保存密码已重设。如非本人操作请马上联系报名点{phone}",
    "phone_left": "【高考报名】您的报名已改绑尾号{tail}的手机，本号不再收通知。如非本人操作请马上联系报名点{phone}",
    "cancel_code": "【高考报名】{code}，用于取消更换手机，10分钟内有效。工作人员不会索要。如非本人操作请联系报名点",
    "phone_asked": "【高考报名】报名点受理更换您的手机，最早{at}起生效。如非本人办理请登录取消，并联系{phone}",
    "phone_soon": "【高考报名】{at}起可用本手机重设登录密码，请点登录页的忘记登录密码。如非本人办理请联系报名点{phone}",
    "phone_kept": "【高考报名】更换绑定手机的申请已取消，手机没有变。如非本人操作请联系报名点{phone}",
    "phone_bound": "【高考报名】这个手机已绑定您的报名，以后的通知发到这里。如非本人操作请联系报名点{phone}",
    "form_saved": "【高考报名】{at}{device}保存第{version}版（{changed}）。不是您改的请登录点“这不是我改的”或打{phone}",
    "form_restored": "【高考报名】{at}报名信息恢复为第{of}版，即第{version}版（{changed}）。有疑问请联系报名点{phone}",
}


def text_of(template: str, **words: str) -> str:
    """Return the text of a template with its words."""
    return _TEXTS[template].format(**words)
