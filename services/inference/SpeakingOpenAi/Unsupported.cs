namespace MindBridge.Inference.SpeakingOpenAi;

/// <summary>What OpenAI's API, and servers that speak like it, can be asked for and would change the answer, and is not done here: refused, never ignored (ADR 13).</summary>
internal static class Unsupported
{
    private const string Sampling = "tokens are drawn by temperature, top_k, top_p and penalties alone", Form = "text is written freely, in no form that could be demanded", Functions = "an edited LLM answers with text and calls no functions",
        Spelling = "answers are spelled without special tokens", Template = "the template that was released with the LLM is used", Text = "an edited LLM reads and writes text only", Mind = "the LLM answers as it was trained to";

    // With the values, beside nothing, that ask for what is done anyway.
    private static readonly (string Name, string Why, string[] Usual)[] s_fields =
    [
        ("logit_bias", "no token can be favoured", []),
        ("min_p", Sampling, []), ("typical_p", Sampling, ["1"]), ("top_a", Sampling, []), ("tfs", Sampling, ["1"]), ("repetition_penalty", Sampling, ["1"]), ("length_penalty", Sampling, ["1"]), ("no_repeat_ngram_size", Sampling, []), ("use_beam_search", Sampling, []),
        ("mirostat", Sampling, []), ("mirostat_mode", Sampling, []), ("bad_words", Sampling, []), ("allowed_token_ids", Sampling, []), ("logits_processors", Sampling, []), ("min_tokens", Sampling, []),
        ("stop_token_ids", "an answer ends at stop texts", []), ("include_stop_str_in_output", "an answer ends before its stop text", []),
        ("skip_special_tokens", Spelling, ["true"]), ("spaces_between_special_tokens", Spelling, ["true"]), ("truncate_prompt_tokens", "prompts are read whole", []), ("prompt_logprobs", "ask /v1/completions for echo and logprobs", []),
        ("response_format", Form, ["{\"type\":\"text\"}"]), ("guided_json", Form, []), ("guided_regex", Form, []), ("guided_choice", Form, []), ("guided_grammar", Form, []), ("structured_outputs", Form, []), ("grammar", Form, []), ("json_schema", Form, []),
        ("tools", Functions, []), ("functions", Functions, []), ("tool_choice", Functions, ["\"none\"", "\"auto\""]), ("function_call", Functions, ["\"none\"", "\"auto\""]),
        ("modalities", Text, ["[\"text\"]"]), ("audio", Text, []), ("web_search_options", "an edited LLM looks nothing up", []), ("documents", Text, []),
        ("reasoning_effort", Mind, ["\"none\""]), ("verbosity", Mind, ["\"medium\""]), ("suffix", "text is written to the right only", []),
        ("chat_template", Template, []), ("chat_template_kwargs", Template, []), ("add_generation_prompt", Template, ["true"]), ("continue_final_message", Template, []), ("add_special_tokens", Template, ["true"]),
    ];

    /// <exception cref="OpenAiArgumentException">One of them is asked for.</exception>
    public static void Refuse(RequestFields fields)
    {
        foreach (var (name, why, usual) in s_fields) fields.Refuse(name, why, usual);
    }
}
