"""Settings are read from the environment, and an error names every wrong variable."""

from pathlib import Path

import pytest

from sutradhar.config import CloudSettings, Settings
from sutradhar.config.parts import RetentionSettings
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.plan.limits import API_LIMITS, TERMINAL_LIMITS, PlanLimits
from sutradhar.domain.plan.options import PlanDefaults
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.video.capacity import Machine
from sutradhar.domain.video.render_settings import RendererSettings


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = Settings.from_env({})
    assert settings.renderer == RendererSettings()
    assert settings.plan_defaults == PlanDefaults()


def test_every_name_of_the_renderer_is_read() -> None:
    settings = Settings.from_env(
        {
            "FAST_PATH": "0",
            "ENCODER": "hevc_nvenc",
            "CQ": "20",
            "VBR_TARGET": "12.5M",
            "MAXRATE": "800k",
            "BUFSIZE": "2M",
            "PRESET": "p5",
            "GOP": "60",
            "TARGET_RES": "4k",
            "RENDER_MODE": "PROXY",
            "FPS": "50",
            "MUSIC_DB": "-15.5",
            "WATERMARK_POS": "bl",
            "UPSCALE": "zscale",
            "DEBUG": "1",
        }
    )
    assert settings.renderer == RendererSettings(
        encoder="hevc_nvenc",
        fast_path=False,
        cq=20,
        vbr_target="12.5M",
        maxrate="800k",
        bufsize="2M",
        preset="p5",
        gop=60,
        upscale="zscale",
        debug=True,
    )
    assert settings.plan_defaults == PlanDefaults(
        mode="PROXY", resolution="4k", fps=50, music_db=-15.5, watermark_position="bl"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENCODER", "av1"),
        ("FAST_PATH", "maybe"),
        ("CQ", "52"),
        ("VBR_TARGET", "20 Mbit"),
        ("GOP", "0"),
        ("TARGET_RES", "8k"),
        ("RENDER_MODE", "DRAFT"),
        ("FPS", "23"),
        ("MUSIC_DB", "3"),
        ("WATERMARK_POS", "middle"),
        ("UPSCALE", "magic"),
        ("ASSET_WORKERS", "many"),
    ],
)
def test_a_wrong_value_is_named_with_its_variable(name: str, value: str) -> None:
    with pytest.raises(InvalidRequest, match=f"{name}: .*{value}"):
        Settings.from_env({name: value})


def test_a_plan_overrides_the_defaults() -> None:
    defaults = PlanDefaults(mode="PROXY", resolution="720p", fps=25, music_db=-20, watermark_position="bl")
    silent = RenderPlan.parse({"topic": "A"}).with_defaults(defaults)
    assert (silent.render.mode, silent.render.resolution, silent.render.fps) == ("PROXY", "720p", 25)
    assert silent.music.volume_db == -20
    assert silent.watermark is not None
    assert silent.watermark.position == "bl"
    full = {
        "topic": "A",
        "render": {"mode": "FINAL", "resolution": "1080p", "fps": 30},
        "music": {"volume_db": -12},
        "watermark": {"position": "tr"},
    }
    assert RenderPlan.parse(full).with_defaults(defaults) == RenderPlan.parse(full)
    assert RenderPlan.parse({"topic": "A", "watermark": None}).with_defaults(defaults).watermark is None


def test_the_cloud_is_named_by_its_environment() -> None:
    assert Settings.from_env({}).cloud is None
    cloud = Settings.from_env(
        {
            "BACKEND": "gcp",
            "GOOGLE_CLOUD_PROJECT": "p",
            "REGION": "europe-west4",
            "ASSET_BUCKET": "b",
            "FIRESTORE_DATABASE": "d",
            "TOPIC_PREFIX": "t-",
            "RENDER_JOB": "r",
            "RENDER_CPUS": "8",
            "RENDER_MEMORY_GIB": "32",
            "RENDER_GPU": "1",
            "SERVICE_ACCOUNT": "s@x",
            "ASSET_DAYS": "14",
            "CLOUD_RUN_ENDPOINT": "http://127.0.0.1:1",
        }
    ).cloud
    assert cloud == CloudSettings(
        project="p",
        region="europe-west4",
        bucket="b",
        database="d",
        topic_prefix="t-",
        render_job="r",
        render_cpus=8,
        render_memory_gib=32,
        render_gpu=True,
        service_account="s@x",
        asset_days=14,
        run_endpoint="http://127.0.0.1:1",
    )
    assert cloud.render_machine == Machine(cpus=8, memory_gib=32, gpu=True)


def test_the_days_of_retention_are_the_same_on_both_backends() -> None:
    assert Settings.from_env({}).retention == RetentionSettings(output_days=30, upload_days=7, job_days=0)
    chosen = Settings.from_env({"OUTPUT_DAYS": "14", "UPLOAD_DAYS": "0", "JOB_DAYS": "90"}).retention
    assert chosen == RetentionSettings(output_days=14, upload_days=0, job_days=90)
    with pytest.raises(InvalidRequest, match="OUTPUT_DAYS"):
        Settings.from_env({"OUTPUT_DAYS": "-1"})


def test_missing_settings_of_the_cloud_are_named() -> None:
    with pytest.raises(InvalidRequest) as caught:
        Settings.from_env({"BACKEND": "gcp", "RENDER_CPUS": "many"})
    wrong = [error.path for error in caught.value.errors]
    assert sorted(wrong) == ["ASSET_BUCKET", "GOOGLE_CLOUD_PROJECT", "REGION", "RENDER_CPUS"]
    with pytest.raises(InvalidRequest, match="BACKEND"):
        Settings.from_env({"BACKEND": "aws"})


def test_an_emulated_cloud_gets_all_settings_but_those_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    variables = {"OPENAI_API_KEY": "k", "MAX_JOB_COST": "0.5", "DAILY_BUDGET_USD": "1", "MAX_CONCURRENT_CALLS": "2"}
    variables |= {"FPS": "24", "API_KEY_ADMIN": "s" * 12, "ASSET_DAYS": "9", "LOG_LEVEL": "info", "ENCODER": "libx264"}
    own = {"ASSET_WORKERS": "2", "PORT": "1", "REGION": "r", "LOG_FILE": "/x", "TMP_WORKDIR": "/x", "LANG": "C"}
    environment = Settings.from_env({**variables, **own, "PRICE_TABLE": "prices.json"}).cloud_environment
    assert environment == {**variables, "PRICE_TABLE": str(tmp_path / "prices.json")}


def test_limits_of_a_plan_come_from_the_environment() -> None:
    settings = Settings.from_env({})
    assert (settings.api_limits, settings.terminal_limits) == (API_LIMITS, TERMINAL_LIMITS)
    settings = Settings.from_env({"MAX_SCENES": "2", "MAX_TOTAL_DURATION_SEC": " 10 "})
    assert settings.api_limits == PlanLimits(max_scenes=2, max_scene_sec=20, max_total_sec=10)
    assert settings.terminal_limits == PlanLimits(max_scenes=2, max_scene_sec=600, max_total_sec=10)
    assert settings.cloud_environment["MAX_SCENES"] == "2"
    assert Settings.from_env({"MAX_SCENE_DURATION_SEC": "12"}).api_limits.max_scene_sec == 12
    with pytest.raises(InvalidRequest, match=r"MAX_SCENES.*1 to 600.*MAX_SCENE_DURATION_SEC.*'601'"):
        Settings.from_env({"MAX_SCENES": "many", "MAX_SCENE_DURATION_SEC": "601"})
