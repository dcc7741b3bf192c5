"""Write scripts with Gemini's language models."""

from typing import Any

from pydantic import BaseModel

from sutradhar.domain.billing.usage import Usage
from sutradhar.providers.hosted import llm_planner
from sutradhar.providers.hosted.api_errors import make_bad_response
from sutradhar.providers.hosted.gemini.client import PROVIDER, convert_errors, find_refusal, open_client, read_usage
from sutradhar.providers.hosted.retries import call_with_retries


class GeminiPlanner(llm_planner.ModelPlanner):
    provider = PROVIDER

    def ask_model(self, instructions: str, text: str, schema: type[BaseModel] | None, usage: Usage) -> tuple[Any, str]:
        config: dict[str, Any] = {
            "system_instruction": instructions,
            "max_output_tokens": llm_planner.MAX_OUTPUT_TOKENS,
        }
        if schema is not None:
            config |= {"response_mime_type": "application/json", "response_schema": schema}
        with self._gate.call(usage) as call, open_client(self._account) as google:

            def send() -> Any:
                with convert_errors():
                    return google.models.generate_content(model=self._model, contents=text, config=config)

            answer = call_with_retries(send)
            if units := read_usage(answer):
                call.settle(units, answer.response_id or "")
            with convert_errors():
                refusal = find_refusal(answer)
                content = (answer.text or "").strip() if schema is None else answer.parsed
            if not content and not refusal:
                raise make_bad_response(PROVIDER, "there is no script in it")
        if refusal:
            raise refusal
        return content, answer.response_id or ""
