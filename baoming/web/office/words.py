"""What events are called on an office's page. A test proves that every verb that is recorded has its words."""

from baoming.registrations.journey import JOURNEY

VERBS = {
    "open_file": "打开报名档案",
    "take_photo": "采集照片",
    "pass_photo": "照片人工放行",
    "return_photo": "照片标为待重拍",
    "keep_photo": "撤回照片重拍",
    "print_slip": "打印报名序号通知单",
    "print_sheet": "打印报名登记表",
    "void_number": "作废报名序号",
    "return_eligibility": "退回资格审核",
    "refer_eligibility": "移送审批",
    "undo_review:passed": "撤销通过资格审核",
    "undo_review:returned": "撤销退回资格审核",
    "undo_review:referred": "撤销移送审批",
    "ask_transfer": "申请转到外县报名点",
    "transfer": "转报名点",
    "decline_transfer": "外县没有接收",
    "undo_transfer": "撤销转报名点",
    "withdraw": "中止报名",
    "undo_withdrawal": "撤销中止报名",
    "reopen": "重新打开",
    "void_signature": "撤销签字",
    "withdraw_assessment": "撤销品德考核意见",
    "submit": "报名点上报",
    "withdraw_submission": "撤回上报",
    "undo_final_review": "撤销终审",
    "see_candidate": "查看",
    "find_elsewhere": "按证件号码查到（不在本单位）",
    "see_photo": "查看照片",
    "hold:moral_assessment": "品德考核不合格，暂停县区完成",
    "clear:moral_assessment": "品德考核已更正，恢复办理",
    "clear:reverification": "读卡核验，消除欠核验",
    "reread_card": "补读身份证",
    "claim": "凭激活码登录",
    "open_order": "下单缴费",
    "close_order": "订单已关闭，没有扣款",
    "doubt_payment": "收到的款项和订单不一致，请核实",
    "hold:reverification": "记入欠核验",
    "extend_for_person": "开放单人窗口",
    "extend_for_area": "延长本地区时间",
    "publish_announcement": "发布公告",
    "withdraw_announcement": "撤下公告",
    "pause_season": "暂停考生办理",
    "resume_season": "恢复考生办理",
    "save_form": "保存报名信息",
    **{f"step:{step.key}": step.zh for step in JOURNEY},
    **{f"undo:{step.key}": f"{step.zh}，退回" for step in JOURNEY},
}

# What is done with a county's numbers and sites, for the page of segments; filled from the event's details.
SEGMENT_VERBS = {
    "add_segment": "划入{count}个号，{first}—{last}",
    "plan_segment": "按提议划入{count}个号，{first}—{last}",
    "extend_segment": "扩充{count}个号，{first}—{last}",
    "return_numbers": "退回{count}个号，{first}—{last}",
    "split_segment": "拆分{count}个号给{to}，{first}—{last}",
    "reassign_segment": "整段改派给{to}，{first}—{last}",
    "stop_segment": "停发{first}—{last}",
    "resume_segment": "恢复发号{first}—{last}",
    "segment_alarm": "用到{percent}%，发到{number}",
    "open_site": "开通采集，预计{expected}人",
    "set_expected": "预计人数改为{expected}人",
    "add_code": "增加县代码{code}",
    "drop_code": "撤回县代码{code}",
}

# Told elsewhere on the page, or by the step that the act completes.
QUIET = {"see_candidate", "see_photo", "open_file", "take_photo", "step:form"}
TITLES = {step.key: step.zh for step in JOURNEY}
