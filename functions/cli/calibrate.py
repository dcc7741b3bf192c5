"""Run `sutradhar calibrate`: measure what a frame costs on this machine, and what a minute of video then costs."""

import json
import subprocess
import sys
from typing import Annotated

import typer
from rich.status import Status

from functions.cli.console import console, handle_signals, print_line, report_errors
from functions.cli.output import AsJson, add_row, make_table, print_json, print_table
from functions.cli.start import begin_command
from sutradhar import bootstrap
from sutradhar.bootstrap.machine import save_figures
from sutradhar.domain.core.errors import FieldError, InvalidRequest, RenderError
from sutradhar.domain.video.calibration import CalibratedFigure, CalibrationReport

_STEPS = {
    "images": "draw two images",
    "one core": "render on one core",
    "all cores": "render on all cores",
    "proxy": "render the quick look",
    "graphics card": "ask the graphics card",
}


def calibrate(
    quick: Annotated[bool, typer.Option("--quick", help="Measure a few frames only, for rough figures.")] = False,
    save: Annotated[
        bool, typer.Option("--save", help="Estimate videos of this SUTRADHAR_HOME by the measured figures from now on.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure what a frame costs on this machine, and show what videos would cost on Cloud Run's machines if they were
    like it. It takes about half a minute, in which nothing else should run."""
    with report_errors("Nothing was saved."), handle_signals():
        begin_command()
        if save and bootstrap.settings().cloud:
            raise InvalidRequest([FieldError("--save", "is for this machine; on Google Cloud set RENDER_FIGURES")])
        report = _measure(quick=quick)
        saved = save_figures(bootstrap.settings().home, report.figures) if save else None
    if as_json:
        print_json({**report.model_dump(mode="json"), "saved": str(saved) if saved else None})
        return
    _print_report(report)
    if saved:
        print_line(f"Estimates of this machine now follow these figures ({saved}).")
    else:
        print_line("Nothing was saved; `--save` lets the estimates of this machine follow these figures.")
    print_line(f"A deployment on machines like this one sets {report.setting}")


def _measure(*, quick: bool) -> CalibrationReport:
    """Let the renderer measure itself, so that it runs what a render will run, and show its steps.

    Raises:
        RenderError: this machine cannot render.
    """
    argv = [sys.executable, "-m", "gpu_renderer", "--calibrate", *(["--quick"] if quick else [])]
    env = {**bootstrap.settings().environment, "LOG_LEVEL": "info", "LOG_FILE": ""}
    last = ""
    with (
        console.status("start") as status,
        subprocess.Popen(
            argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as run,
    ):
        assert run.stdout is not None
        assert run.stderr is not None
        try:
            for line in run.stderr:
                last = _show_step(line.decode("utf-8", "replace"), status) or last
            printed = run.stdout.read()
        except BaseException:
            run.terminate()  # it ends its own processes, whose stdin closes
            raise
    if run.returncode:
        raise RenderError(f"this machine cannot be measured: {last or 'the renderer does not start'}", stage="start")
    return CalibrationReport.model_validate_json(printed)


def _show_step(line: str, status: Status) -> str | None:
    """Show the step that begins with this line of the renderer's log. Return the error in the line, or the line itself
    if it is none of the log; None if it tells no error."""
    try:
        entry = json.loads(line)
    except ValueError:
        return line.strip() or None
    if entry.get("event") == "calibration_step":
        words = f"{entry['done'] + 1} of {entry['total']}: {_STEPS[entry['step']]}"
        status.update(words)
        if not console.is_terminal:
            print_line(words)
        return None
    return str(entry["error"]) if "error" in entry else None


def _print_report(report: CalibrationReport) -> None:
    """Print the figures beside the assumed ones, and what videos cost by both."""
    print_line(f"{report.cores} cores, {report.machine}{'; a quick measurement is rough' if report.quick else ''}")
    figures = make_table("figure", "what", "measured", "assumed", "unit")
    for one in report.measurements:
        assumed = "" if one.assumed is None else f"{one.assumed:g}"
        add_row(figures, one.name, one.meaning, _format_measured(one), assumed, one.unit)
    print_table(figures, "nothing was measured")
    for one in report.measurements:
        if one.note:
            print_line(f"{one.name} was not measured: {one.note}")
    costs = make_table("video", "on Cloud Run", "by these figures", "by the assumed ones")
    for cost in report.costs:
        add_row(
            costs,
            cost.video,
            "with the L4" if cost.gpu else "on CPUs",
            _format_cost(cost.usd, cost.seconds, cost.tasks),
            _format_cost(cost.assumed_usd, cost.assumed_seconds, cost.assumed_tasks),
        )
    print_table(costs, "nothing was estimated")


def _format_measured(figure: CalibratedFigure) -> str:
    """Return the measured figure, with its difference from the assumed one in percent."""
    if figure.measured is None:
        return "-"
    if figure.assumed is None:
        return f"{figure.measured:.3g}"
    return f"{figure.measured:.3g} ({figure.measured / figure.assumed - 1:+.0%})"


def _format_cost(usd: float, seconds: float, tasks: int) -> str:
    return f"{usd:.4f} USD, {seconds:.0f} s, {tasks} machine{'' if tasks == 1 else 's'}"
