"""Everything that the engine itself says to a learner, as whole sentences that name the next step."""

# Why a run was stopped or failed.
STOPPED = "The run was stopped."
UNWATCHED = "Nobody was watching this run any more, so it was ended. Press Run to train it again."
PAUSED_TOO_LONG = "The run was paused for 15 minutes, so it was ended. Press Run to train it again."
CLOSED = "The server was shut down. Press Run to train it again."
KILLED = (
    "The worker process that trained this run ended unexpectedly, so the run ends here. "
    "Press Run to train it again."
)
BROKEN = "Training failed because of an error in the program; its details are in the server's log."
LOST = "The connection to the Dask scheduler was lost, so the run ends here. Press Run to try again."
ORPHANED = "The server in whose queue this run was has gone. Press Run to train it."
GAP = "A part of this run was lost between the worker and this server. Press Run to train it again."

# Why a run cannot be shown.
UNKNOWN = "This run is not known here: it may be older than what is kept. Press Run to train it again."
BEGINNING_LOST = "This run is going on, but its beginning is not kept any more. Press Run to train it again."

# Why no run can start.
FULL = "{} runs are waiting already; try again when some of them have ended."
NOT_READY = "The worker processes are not ready yet; try again in a moment."
NO_START = "The worker processes could not be started; the details are in the server's log."
NO_SCHEDULER = "The Dask scheduler at {} cannot be reached; start it, or correct LRLAB_SCHEDULER."
NO_WORKER = "No worker is connected to the Dask scheduler; start one with `dask worker` beside this project."
NO_ANSWER = "A worker could not be made ready; check that this version of the project is installed there."
UNPREPARED = "A worker process could not be made ready; the details are in the server's log."
OTHER_CODE = (
    "The worker at {} has another version of this project; install the same version there, "
    "and restart the server after a change."
)
