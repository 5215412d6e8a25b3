"""R5, R22 on the pages: what falls is told before, each act stands at its office, strangers find nothing."""

from dataclasses import replace

import pytest
from django.test import Client

from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.payments.models import Order
from baoming.registrations.models import Registration
from baoming.registrations.queries import document_of
from baoming.registrations.services.intake import reread_card
from baoming.reviews.cases import Act
from baoming.reviews.models import Case, EligibilityReview, Transfer
from baoming.reviews.queries import last_review
from baoming.reviews.services import transfer, withdraw
from tests import factories as make
from tests.registrations import confirmed
from tests.reviews import files
from tests.reviews.files import answer, county, give_back, give_on
from tests.web.conftest import signed_in
from tests.web.test_confirmation import of_city, of_county, of_site, page

pytestmark = pytest.mark.django_db
RULES = dict.fromkeys(("household", "roll", "not_enrolled", "not_barred", "same_person"), "yes")


def steps(row: Registration) -> frozenset[str]:
    row.refresh_from_db()
    return row.done_steps


# the desk


def test_the_desk_opens_a_case_and_the_county_grants_it(office: Client) -> None:
    row = files.opened()
    new = f"/candidates/{row.pk}/cases/migrant/"
    of_site(office, row)
    assert new in office.get(f"/desk/{row.pk}/").content.decode()
    assert office.post(new, {}).status_code == 422
    files.hand_in(row, "migrant")
    place = office.post(new, files.REFERRED["migrant"]).headers["Location"]
    shown = office.get(f"/desk/{row.pk}/").content.decode()
    assert "等县（市、区）招考机构审批：外省户籍随迁子女" in shown
    assert place in shown
    assert "全部符合，通过" not in shown
    of_county(office, row)
    assert "1件事项等本机构办理" in office.get("/").content.decode()
    assert row.name in office.get("/cases/").content.decode()
    assert place in office.get(f"/candidates/{row.pk}/").content.decode()
    missing = office.post(f"{place}act/", {"act": "grant", "seen": "1", "rules": ["household"]})
    assert missing.status_code == 422
    assert "还有4条没有勾选" in missing.content.decode()
    assert office.post(f"{place}act/", {"act": "grant", "seen": "1", "rules": [*RULES]}).status_code == 302
    assert "eligibility" in steps(row)
    assert row.name not in office.get("/cases/").content.decode()


def test_a_card_from_outside_the_province_points_to_the_way_of_migrant_workers_children(office: Client) -> None:
    row = files.opened()
    assert 'id="outside"' not in of_site(office, row).get(f"/desk/{row.pk}/").content.decode()
    far = make.registration(row.site, name="阿依古丽", address="贵州省遵义市播州区南白镇1号")
    shown = office.get(f"/desk/{far.pk}/").content.decode()
    assert "身份证住址在贵州省" in shown
    assert f"/candidates/{far.pk}/cases/migrant/" in shown


def test_at_the_desk_such_a_card_passes_with_what_the_booklet_says_alone(office: Client) -> None:
    here = files.opened()
    row = make.registration(here.site, name="阿依古丽", address="贵州省遵义市播州区南白镇1号")
    site, place = of_site(office, here), f"/desk/{row.pk}/review/"
    refused = site.post(place, {**RULES, "act": "pass", "note": ""})
    assert refused.status_code == 422
    assert "办“外省户籍随迁子女”报上级审批" in refused.content.decode()
    assert "eligibility" not in steps(row)
    assert site.post(place, {**RULES, "act": "pass", "note": "户口簿：青麓县，2021年迁入"}).status_code == 302
    assert "eligibility" in steps(row)


def test_control_a_card_of_the_province_passes_without_a_word(office: Client) -> None:
    row = files.opened()
    assert of_site(office, row).post(f"/desk/{row.pk}/review/", {**RULES, "act": "pass"}).status_code == 302
    assert "eligibility" in steps(row)


def test_what_the_county_returned_and_the_site_withdrew_is_given_back_on_the_candidates_page(office: Client) -> None:
    row = files.county_returned()
    answer(row, Act.WITHDRAW, "site", note="不是随迁子女")
    review = last_review(row)
    assert review is not None
    place = f"/candidates/{row.pk}/"
    of_county(office, row)
    assert "撤销后恢复到退回之前" in office.get(place).content.decode()
    sent = {"kind": "review", "decision": str(review.pk), "undo_reason": "户籍本来就在本省"}
    assert office.post(f"{place}undo/", sent).status_code == 302
    row.refresh_from_db()
    assert row.decider == "site"


def test_at_the_desk_a_refusal_keeps_what_was_typed(office: Client) -> None:
    row = files.county_returned()
    refused = of_site(office, row).post(
        f"/desk/{row.pk}/review/", {"act": "return", "reason": "other", "note": "缺居住证明"}
    )
    assert refused.status_code == 422
    assert "由县（市、区）招考机构办理" in refused.content.decode()
    assert "缺居住证明" in refused.content.decode()


def test_the_city_finds_what_waits_for_the_city(office: Client) -> None:
    row = files.to_city()
    other = make.registration(row.site, name="阿依古丽·买买提")
    give_on(other)
    listed = of_city(office, row).get("/cases/").content.decode()
    assert row.name in listed
    assert other.name not in listed
    assert "外县申请转入" not in office.get("/approvals/").content.decode()


def test_what_the_county_returned_the_desk_can_only_supply(office: Client) -> None:
    row = files.county_returned()
    shown = of_site(office, row).get(f"/desk/{row.pk}/").content.decode()
    assert "县（市、区）招考机构退回：审批认为不符合报考规定" in shown
    assert "补正后再报" in shown
    assert f"/cases/{Case.objects.get().pk}/" in shown
    assert 'value="pass"' not in shown


# what falls is told


def test_before_a_return_the_page_says_what_falls_and_that_nothing_is_paid_again(office: Client) -> None:
    row = files.of_confirmed(confirmed.signed())
    shown = page(of_site(office, row), row)
    assert "退回后要重新办：<b>报考资格审核</b>" in shown
    assert "报名费（已缴，不会再收）" in shown
    assert "办好以前不能办：县区完成" in shown
    own = f"/candidates/{row.pk}/eligibility/"
    stale = office.post(own, {"act": "return", "reason": "enrolled", "falls": "eligibility signature"})
    assert stale.status_code == 422
    assert "刚刚有变动" in stale.content.decode()
    assert office.post(own, {"act": "return", "reason": "enrolled", "falls": "eligibility"}).status_code == 302
    assert "eligibility" not in steps(row)
    assert "registration_fee" in row.done_steps


def test_the_story_shows_the_decision_and_its_undo(office: Client) -> None:
    row = files.returned()
    of_site(office, row)
    review = EligibilityReview.objects.order_by("-id")[0]
    undo = {"kind": "review", "decision": str(review.pk), "undo_reason": ""}
    refused = office.post(f"/candidates/{row.pk}/undo/", undo)
    assert refused.status_code == 422
    assert "请填写撤销的原因" in refused.content.decode()
    shown = page(office, row)
    assert "撤销后资格审核恢复为已通过" in shown
    assert shown.count("有效</td>") == 1  # the return; the pass before it does not count any more
    assert shown.count("后来另有决定") == 1
    assert office.post(f"/candidates/{row.pk}/undo/", {**undo, "undo_reason": "材料其实齐全"}).status_code == 302
    shown = page(office, row)
    assert "撤销：材料其实齐全" in shown
    assert "撤销退回资格审核" in shown
    assert "eligibility" in steps(row)


def test_after_completion_the_page_offers_nothing_and_the_refusal_names_the_way(office: Client) -> None:
    row = files.completed()
    of_county(office, row)
    shown = page(office, row)
    for act in ("/transfer/", "/undo/", "/review-time/"):
        assert act not in shown
    refused = office.post(
        f"/candidates/{row.pk}/transfer/", {"site": str(make.site("09").pk), "transfer": "moved_home"}
    )
    assert refused.status_code == 422
    assert "重新打开" in refused.content.decode()


def test_the_county_opens_the_review_of_one_person(office: Client) -> None:
    row = files.intake_over()
    of_county(office, row)
    own = f"/candidates/{row.pk}/review-time/"
    assert "单独开放资格审核" in page(office, row)
    assert office.post(own, {"hours": "24", "open_reason": ""}).status_code == 422
    assert office.post(own, {"hours": "24", "open_reason": "举报户籍不实"}).status_code == 302
    assert "退回资格审核" in page(of_site(office, row), row)


# another site


def test_after_a_move_the_old_site_finds_nobody_and_the_new_one_does(office: Client) -> None:
    row, there = files.numbered(), make.site("02")
    number = row.number
    old = make.staff(row.site)
    of_county(office, row)
    assert there.name in page(office, row)
    sent = {"site": str(there.pk), "transfer": "moved_school", "falls": ""}
    assert office.post(f"/candidates/{row.pk}/transfer/", sent).status_code == 302
    steps(row)
    assert (row.site_id, row.number) == (there.pk, number)
    assert signed_in(office, old).get(f"/candidates/{row.pk}/").status_code == 404
    assert "01020001" in signed_in(office, make.staff(there)).get(f"/candidates/{row.pk}/").content.decode()


def test_another_county_takes_the_person_from_its_list(office: Client) -> None:
    row, there = files.numbered(), make.site("01", of="0103")
    make.segment(there, first=1030001, last=1030040)
    assert there.parent
    of_county(office, row)
    wrong = office.post(f"/candidates/{row.pk}/transfer/", {"site_code": "0103-99", "transfer": "moved_home"})
    assert wrong.status_code == 422
    assert 'value="0103-99"' in wrong.content.decode()
    sent = {"site_code": "０１０３－０１", "transfer": "moved_home", "falls": ""}
    assert office.post(f"/candidates/{row.pk}/transfer/", sent).status_code == 302
    assert row.name in office.get("/approvals/").content.decode()
    receiving = signed_in(office, make.staff(there.parent, Role.COUNTY))
    assert receiving.get(f"/candidates/{row.pk}/").status_code == 404  # not theirs yet
    listed = receiving.get("/approvals/").content.decode()
    assert "原报名序号作废" in listed
    asked = str(Transfer.objects.get().pk)
    assert receiving.post("/approvals/answer/", {"asked": asked, "act": "decline"}).status_code == 422
    assert receiving.post("/approvals/answer/", {"asked": asked, "act": "other"}).status_code == 404
    assert receiving.post("/approvals/answer/", {"asked": asked, "act": "accept"}).status_code == 302
    assert receiving.get(f"/candidates/{row.pk}/").status_code == 200
    assert of_county(office, row).get(f"/candidates/{row.pk}/").status_code == 404
    desk = signed_in(office, make.staff(there)).get(f"/desk/{row.pk}/").content.decode()
    assert "发号" in desk


def test_a_third_county_neither_sees_nor_answers(office: Client) -> None:
    row, there = files.passed(), make.site("01", of="0103")
    transfer(row.pk, to=there, reason="moved_home", note="", by=county(row))
    asked = str(Transfer.objects.get().pk)
    third = signed_in(office, make.staff(make.county("0104"), Role.COUNTY))
    assert row.name not in third.get("/approvals/").content.decode()
    for act in ("accept", "decline"):
        assert third.post("/approvals/answer/", {"asked": asked, "act": act, "answer": "不收"}).status_code == 404
    losing = of_county(office, row)
    assert losing.post("/approvals/answer/", {"asked": asked, "act": "accept"}).status_code == 404
    assert Transfer.objects.get().state == "asked"


# stopping


def test_stopped_by_a_case_and_let_go_on_by_the_county(office: Client) -> None:
    row = files.numbered()
    of_site(office, row)
    assert f"/candidates/{row.pk}/cases/withdrawal/" in page(office, row)
    assert "已缴的费用不退" in office.get(f"/candidates/{row.pk}/cases/withdrawal/").content.decode()
    withdraw(row.pk, reason="own_wish", by=files.county(row))
    assert "撤销：中止报名" not in page(office, row)
    assert "中止 <b>1</b>" in office.get("/candidates/?tab=stopped").content.decode()
    assert "已中止" in office.get("/candidates/?tab=stopped").content.decode()
    of_county(office, row)
    assert "撤销：中止报名" in page(office, row)
    undo = {"kind": "withdrawal", "decision": "1", "undo_reason": "本人要求恢复"}
    assert office.post(f"/candidates/{row.pk}/undo/", undo).status_code == 302
    row.refresh_from_db()
    assert row.stopped_at is None


# who may


@pytest.mark.parametrize(
    ("act", "allowed"),
    [
        ("eligibility", {Role.OPERATOR}), ("undo", {Role.OPERATOR, Role.COUNTY, Role.CITY}),
        ("transfer", {Role.COUNTY}), ("review-time", {Role.COUNTY}),
    ],
)  # fmt: skip
def test_each_act_belongs_to_the_offices_of_the_mission(office: Client, act: str, allowed: set[Role]) -> None:
    row = files.passed()
    above = Organization.objects.get(pk=row.site.parent_id)
    assert above.parent
    places = {Role.OPERATOR: row.site, Role.COUNTY: above, Role.CITY: above.parent}
    for role, place in places.items():
        signed_in(office, make.staff(place, role))
        answer = office.post(f"/candidates/{row.pk}/{act}/")
        assert (answer.status_code == 404) == (role not in allowed), role
        assert office.get(f"/candidates/{row.pk}/{act}/").status_code == 405


# the candidate


def tasks(phone: Client, row: Registration) -> str:
    assert row.account
    phone.force_login(row.account)
    return phone.get("/tasks/").content.decode()


def test_the_candidate_reads_why_and_what_to_bring_and_pays_nothing_again(phone: Client) -> None:
    row = files.of_confirmed(confirmed.saved())
    give_back(row, reason="no_proof", note="缺学籍证明")
    shown = tasks(phone, row)
    assert "报考资格审核被退回：证明材料不齐" in shown
    assert "缺学籍证明" in shown
    assert "补办报考资格审核" in shown
    assert "已缴的报名费不用再缴" in shown
    assert "去缴报名费" not in shown
    assert Order.objects.filter(registration=row).exclude(state="paid").count() == 0
    fee = phone.post("/fee/")
    assert fee.status_code < 500
    assert Order.objects.filter(registration=row).exclude(state="paid").count() == 0


def test_the_candidate_is_told_which_office_decides(phone: Client) -> None:
    row = files.of_confirmed(confirmed.saved())
    give_back(row)
    give_on(row)
    assert "报考资格由县（市、区）招考机构审批：外省户籍随迁子女" in tasks(phone, row)


def test_a_stopped_candidate_is_told_so_and_what_to_do_if_that_is_wrong(phone: Client) -> None:
    row = confirmed.saved()
    withdraw(row.pk, reason="own_wish", by=files.county(row))
    shown = tasks(phone, row)
    assert "您的报名已中止：本人书面申请放弃报名" in shown
    assert "已缴的费用不退" in shown
    assert row.site.phone in shown
    assert "现在要做" not in shown
    assert "之后开放" not in shown


def test_who_was_judged_above_finds_the_case_before_any_form_is_saved(phone: Client) -> None:
    row = confirmed.ready()
    assert "申请与变更" not in tasks(phone, row)
    files.of_confirmed(row)
    give_back(row)
    give_on(row)
    files.answer(row, Act.RETURN, "county", reason="no_proof", note="缺居住证")
    assert "申请与变更" in tasks(phone, row)
    assert "报考资格审核被退回：证明材料不齐" in tasks(phone, row)
    shown = phone.get(f"/requests/{Case.objects.get().pk}/").content.decode()
    assert "缺居住证" in shown
    assert "补正后再报</button>" not in shown, "it is the site's to supply"
    files.answer(row, Act.SUPPLY, "site")
    files.answer(row, Act.GRANT, "county")
    reread_card(
        row.pk, replace(document_of(row), address="湘岭市青麓县2号"), reader="R01", nonce="n1", by=files.site(row)
    )
    assert "同意以后证件信息有变动，已失效" in phone.get(f"/requests/{Case.objects.get().pk}/").content.decode()


def test_a_number_to_be_voided_is_shown_with_what_falls_and_not_as_a_candidates_draft(office: Client) -> None:
    row = files.of_confirmed(confirmed.signed())
    of_site(office, row)
    shown = office.get(f"/candidates/{row.pk}/cases/void_number/").content.decode()
    assert "作废，永不再用" in shown
    assert "取自考生的草稿" not in shown
