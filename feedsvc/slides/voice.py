"""Slides read aloud: a narrator's recordings, one a slide -> one sound track.

A narrator is any command that takes a text on stdin and writes a WAV file, as `espeak-ng --stdin -w` and
`piper -m voice.onnx -f` do.
"""

import os
import shlex
import signal
import subprocess
import wave
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import av

_RATE = 48_000
# A recording ought to be about as long as its text takes to read; a narrator may be slow or brisk.
_SHORTEST, _LONGEST = 0.2, 60.0
_LARGEST = 50_000_000


class NarratorError(Exception):
    """A narrator gave no recording; the message says why in a sentence."""


def narrator(command: str, timeout: float = 30) -> Callable[[str], bytes]:
    """Return what reads a text aloud by running `command`: the WAV file it writes. Raises NarratorError.

    The text goes to its stdin as UTF-8; the path of the file to write is added as its last argument. It is
    ended, with all it started, when it takes longer than `timeout` seconds.
    """

    def narrate(text: str) -> bytes:
        with TemporaryDirectory(prefix="narrator-") as folder:
            file = Path(folder) / "speech.wav"
            _run([*_parted(command), str(file)], text, timeout)
            if not file.is_file() or file.stat().st_size > _LARGEST:
                raise NarratorError("The narrator wrote no sound file, or one far too large.")
            return file.read_bytes()

    return narrate


def _parted(command: str) -> list[str]:
    try:
        parts = shlex.split(command)
    except ValueError as error:
        raise NarratorError("The narrator's command has a quotation mark that is not closed.") from error
    if not parts:
        raise NarratorError("The narrator's command is empty.")
    return parts


def _run(command: Sequence[str], text: str, timeout: float) -> None:
    quiet = subprocess.DEVNULL
    try:
        # A session of its own: what it started is ended with it.
        running = subprocess.Popen(  # noqa: S603 the operator names the command
            command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, start_new_session=True
        )
    except OSError as error:
        raise NarratorError(f"The narrator {command[0]} cannot be started: {error.strerror}.") from error
    with running:
        try:
            running.communicate(text.encode("utf-8", "replace"), timeout)
        except subprocess.TimeoutExpired as error:
            raise NarratorError(f"The narrator took longer than {timeout:g} seconds.") from error
        finally:
            _end(running)
    if running.returncode:
        raise NarratorError(f"The narrator failed: {command[0]} ended with status {running.returncode}.")


def _end(running: subprocess.Popen[bytes]) -> None:
    """End the narrator and whatever it has left running."""
    try:
        os.killpg(running.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    except PermissionError:  # macOS says so of a group that has ended
        return


def speech(recording: bytes) -> bytes:
    """Return a WAV file as plain samples: 48 kHz, 16 bits, one channel. Raises NarratorError."""
    try:
        samples = _samples(recording)
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise NarratorError("What the narrator wrote is no sound file that can be read.") from error
    if not _SHORTEST <= (length := seconds(samples)) <= _LONGEST:
        raise NarratorError(f"The narrator's recording of one slide lasts {length:.1f} seconds.")
    return samples


def _samples(recording: bytes) -> bytes:
    heard = bytearray()
    resampler = av.AudioResampler("s16", "mono", _RATE)
    with av.open(BytesIO(recording), "r", format="wav") as file:
        for frame in file.decode(file.streams.audio[0]):
            for part in resampler.resample(frame):
                heard += bytes(part.planes[0])[: part.samples * 2]
            if len(heard) > _RATE * 2 * _LONGEST:
                break
    for part in resampler.resample(None):
        heard += bytes(part.planes[0])[: part.samples * 2]
    return bytes(heard)


def seconds(samples: bytes) -> float:
    """Return how long samples as `speech` gives them are heard."""
    return len(samples) / 2 / _RATE


def sound(parts: Sequence[tuple[float, bytes]], length: float) -> bytes:
    """Return one WAV file of `length` seconds in which each recording begins at its time."""
    whole = bytearray(round(length * _RATE) * 2)
    for start, samples in parts:
        place = round(start * _RATE) * 2
        part = samples[: len(whole) - place]
        whole[place : place + len(part)] = part
    file = BytesIO()
    with wave.open(file, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(_RATE)
        recording.writeframes(whole)
    return file.getvalue()
