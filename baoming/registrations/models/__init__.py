"""The heart's tables. Lock the Registration row first to change anything of theirs."""

from baoming.registrations.models.absent import HandIn, SlipHandover
from baoming.registrations.models.attached import Declaration, Evidence, HouseholdCheck
from baoming.registrations.models.batches import Batch, BatchLine
from baoming.registrations.models.bursts import Alarm, AlarmLine, Watch
from baoming.registrations.models.capture import Activation, CardUse, PersonCheck, Photo
from baoming.registrations.models.forms import Draft, FormGroup, FormVersion, Pledge, Signature
from baoming.registrations.models.name_images import NameImage
from baoming.registrations.models.numbers import CountyCode, NumberSegment, VoidedNumber
from baoming.registrations.models.recovery import Dispute, PhoneReset, Restore, SaveReset
from baoming.registrations.models.registration import HoldRow, Registration, StepLog
from baoming.registrations.models.roster import RosterEntry
from baoming.registrations.models.scans import ScanFile, ScannedPage
from baoming.registrations.models.system_checks import SystemCheck

__all__ = [
    "Activation",
    "Alarm",
    "AlarmLine",
    "Batch",
    "BatchLine",
    "CardUse",
    "CountyCode",
    "Declaration",
    "Dispute",
    "Draft",
    "Evidence",
    "FormGroup",
    "FormVersion",
    "HandIn",
    "HoldRow",
    "HouseholdCheck",
    "NameImage",
    "NumberSegment",
    "PersonCheck",
    "PhoneReset",
    "Photo",
    "Pledge",
    "Registration",
    "Restore",
    "RosterEntry",
    "SaveReset",
    "ScanFile",
    "ScannedPage",
    "Signature",
    "SlipHandover",
    "StepLog",
    "SystemCheck",
    "VoidedNumber",
    "Watch",
]
