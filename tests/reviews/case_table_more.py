"""The table of `case_table.py` where somebody else has opened the case, and after the time of its kind: by hand, too.

From mission R13, R15, R20–R23 and domain.md 9: site and candidate both speak for the candidate, whoever of them
entered the request; an office that both opens and decides gives nothing back to itself. After its time nothing is
granted and nothing asked for anew: the last office ends it, those before hand it on to there, and its speaker may take
it back. A decision in writing may still be objected to, and the objection is answered.

Lines as there. Several kinds with one answer stand on one line.
"""

# opener → as in the table of `case_table.py`
OTHERS = {
    "site": """
accommodation w 0       | withdraw        | forward withdraw | - | -              | -
accommodation w 1       | withdraw        | undo withdraw    | - | forward return | -
accommodation w 2       | withdraw        | withdraw         | - | undo           | grant refuse return
accommodation r 1       | supply withdraw | supply withdraw  | - | undo           | -
accommodation r 2       | supply withdraw | supply withdraw  | - | -              | undo
accommodation granted   | receive         | receive          | - | -              | undo
accommodation refused   | receive         | receive          | - | -              | undo
accommodation received  | object          | object           | - | -              | -
accommodation objected  | -               | -                | - | -              | grant refuse return
accommodation final     | -               | -                | - | -              | -
accommodation withdrawn | -               | -                | - | -              | -

correction    w 0       | withdraw        | forward withdraw | -              | -                   | -
correction    w 1       | withdraw        | undo withdraw    | forward return | -                   | -
correction    w 2       | withdraw        | withdraw         | undo           | grant refuse return | -
correction    r 1       | supply withdraw | supply withdraw  | undo           | -                   | -
correction    r 2       | supply withdraw | supply withdraw  | -              | undo                | -
correction    granted   | -               | -                | -              | -                   | -
correction    refused   | -               | -                | -              | undo                | -
correction    withdrawn | -               | -                | -              | -                   | -

fee_exemption,withdrawal w 0       | withdraw        | forward withdraw | -                   | - | -
fee_exemption,withdrawal w 1       | withdraw        | undo withdraw    | grant refuse return | - | -
fee_exemption,withdrawal r 1       | supply withdraw | supply withdraw  | undo                | - | -
fee_exemption            granted   | -               | -                | undo                | - | -
withdrawal               granted   | -               | -                | -                   | - | -
fee_exemption,withdrawal refused   | -               | -                | undo                | - | -
fee_exemption,withdrawal withdrawn | -               | -                | -                   | - | -
""",
    "county": """
roll_mismatch,police_mismatch,other_province w 0       | - | forward return | withdraw              | - | -
roll_mismatch,police_mismatch,other_province w 1       | - | undo           | grant refuse withdraw | - | -
roll_mismatch,police_mismatch,other_province r 0       | - | undo           | supply withdraw       | - | -
roll_mismatch,police_mismatch,other_province granted   | - | -              | undo                  | - | -
roll_mismatch,police_mismatch,other_province refused   | - | -              | undo                  | - | -
roll_mismatch,police_mismatch,other_province withdrawn | - | -              | -                     | - | -

wrong_photo,admitted,deceased,void_number w 0       | - | - | grant refuse withdraw | - | -
wrong_photo,admitted,deceased,void_number granted   | - | - | -                     | - | -
wrong_photo,admitted,deceased,void_number refused   | - | - | undo                  | - | -
wrong_photo,admitted,deceased,void_number withdrawn | - | - | -                     | - | -
""",
    "city": """
household_mismatch,roll_mismatch,police_mismatch,other_province w 0       | - | forward return | -      | withdraw | -
household_mismatch,roll_mismatch,police_mismatch,other_province w 1  | - | undo | grant refuse return | withdraw | -
household_mismatch,roll_mismatch,police_mismatch,other_province r 0       | - | undo | -      | supply withdraw | -
household_mismatch,roll_mismatch,police_mismatch,other_province r 1       | - | -    | undo   | supply withdraw | -
household_mismatch,roll_mismatch,police_mismatch,other_province granted   | - | -    | undo   | -               | -
household_mismatch,roll_mismatch,police_mismatch,other_province refused   | - | -    | undo   | -               | -
household_mismatch,roll_mismatch,police_mismatch,other_province withdrawn | - | -    | -      | -               | -

duplicate w 0       | - | - | grant refuse return | withdraw        | -
duplicate r 0       | - | - | undo                | supply withdraw | -
duplicate granted   | - | - | undo                | -               | -
duplicate refused   | - | - | undo                | -               | -
duplicate withdrawn | - | - | -                   | -               | -
""",
    "province": """
household_mismatch w 0       | - | forward return | -                   | - | withdraw
household_mismatch w 1       | - | undo           | grant refuse return | - | withdraw
household_mismatch r 0       | - | undo           | -                   | - | supply withdraw
household_mismatch r 1       | - | -              | undo                | - | supply withdraw
household_mismatch granted   | - | -              | undo                | - | -
household_mismatch refused   | - | -              | undo                | - | -
household_mismatch withdrawn | - | -              | -                   | - | -

duplicate w 0       | - | - | grant refuse return | - | withdraw
duplicate r 0       | - | - | undo                | - | supply withdraw
duplicate granted   | - | - | undo                | - | -
duplicate refused   | - | - | undo                | - | -
duplicate withdrawn | - | - | -                   | - | -
""",
}
# After the end of the phase that a kind names; opened by whom the table of `case_table.py` says.
LATE = """
accommodation w 0       | withdraw | forward withdraw | - | -       | -
accommodation w 1       | withdraw | withdraw         | - | forward | -
accommodation w 2       | withdraw | withdraw         | - | -       | refuse
accommodation r 0       | withdraw | withdraw         | - | -       | -
accommodation r 1       | withdraw | withdraw         | - | -       | -
accommodation r 2       | withdraw | withdraw         | - | -       | -
accommodation granted   | receive  | receive          | - | -       | -
accommodation refused   | receive  | receive          | - | -       | -
accommodation received  | object   | object           | - | -       | -
accommodation objected  | -        | -                | - | -       | grant refuse
accommodation final     | -        | -                | - | -       | -
accommodation withdrawn | -        | -                | - | -       | -

correction w 0       | withdraw | forward withdraw | -       | -      | -
correction w 1       | withdraw | withdraw         | forward | -      | -
correction w 2       | withdraw | withdraw         | -       | refuse | -
correction r 0       | withdraw | withdraw         | -       | -      | -
correction r 1       | withdraw | withdraw         | -       | -      | -
correction r 2       | withdraw | withdraw         | -       | -      | -
correction granted   | -        | -                | -       | -      | -
correction refused   | -        | -                | -       | -      | -
correction withdrawn | -        | -                | -       | -      | -

fee_exemption w 0       | withdraw | forward withdraw | -      | - | -
fee_exemption w 1       | withdraw | withdraw         | refuse | - | -
fee_exemption r 0       | withdraw | withdraw         | -      | - | -
fee_exemption r 1       | withdraw | withdraw         | -      | - | -
fee_exemption granted   | -        | -                | -      | - | -
fee_exemption refused   | -        | -                | -      | - | -
fee_exemption withdrawn | -        | -                | -      | - | -

identity_change w 0       | - | withdraw | forward | -      | -
identity_change w 1       | - | withdraw | -       | refuse | -
identity_change r 0       | - | withdraw | -       | -      | -
identity_change r 1       | - | withdraw | -       | -      | -
identity_change granted   | - | -        | -       | -      | -
identity_change refused   | - | -        | -       | -      | -
identity_change withdrawn | - | -        | -       | -      | -

bonus,special_plan w 0       | - | withdraw | forward | -       | -
bonus,special_plan w 1       | - | withdraw | -       | forward | -
bonus,special_plan w 2       | - | withdraw | -       | -       | refuse
bonus,special_plan r 0       | - | withdraw | -       | -       | -
bonus,special_plan r 1       | - | withdraw | -       | -       | -
bonus,special_plan r 2       | - | withdraw | -       | -       | -
bonus,special_plan granted   | - | -        | -       | -       | -
bonus,special_plan refused   | - | -        | -       | -       | -
bonus,special_plan withdrawn | - | -        | -       | -       | -

household_mismatch w 0       | - | forward | withdraw        | - | -
household_mismatch w 1       | - | -       | refuse withdraw | - | -
household_mismatch r 0       | - | -       | withdraw        | - | -
household_mismatch granted   | - | -       | -               | - | -
household_mismatch refused   | - | -       | -               | - | -
household_mismatch withdrawn | - | -       | -               | - | -

roll_mismatch,police_mismatch,other_province w 0       | - | forward | -      | - | withdraw
roll_mismatch,police_mismatch,other_province w 1       | - | -       | refuse | - | withdraw
roll_mismatch,police_mismatch,other_province r 0       | - | -       | -      | - | withdraw
roll_mismatch,police_mismatch,other_province r 1       | - | -       | -      | - | withdraw
roll_mismatch,police_mismatch,other_province granted   | - | -       | -      | - | -
roll_mismatch,police_mismatch,other_province refused   | - | -       | -      | - | -
roll_mismatch,police_mismatch,other_province withdrawn | - | -       | -      | - | -

duplicate w 0       | - | - | refuse withdraw | - | -
duplicate granted   | - | - | -               | - | -
duplicate refused   | - | - | -               | - | -
duplicate withdrawn | - | - | -               | - | -

guardian_consent w 0       | - | refuse withdraw | - | - | -
guardian_consent granted   | - | -               | - | - | -
guardian_consent refused   | - | -               | - | - | -
guardian_consent withdrawn | - | -               | - | - | -
"""
