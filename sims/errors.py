"""The project's own errors: each carries one sentence that a learner can act on."""


class LabError(Exception):
    """Base of every error whose text may be shown on a page as it is."""


class ParamError(LabError, ValueError):
    """A parameter was out of range or of the wrong kind; the text names it and what is allowed."""


class DataError(LabError):
    """A file of the data set is missing or damaged; the text names the file and the cure."""


class DeviceError(LabError):
    """The asked-for device does not exist here; the text names the choices that do."""


class EngineError(LabError):
    """The engine cannot do what was asked, such as following a run that it does not know."""
