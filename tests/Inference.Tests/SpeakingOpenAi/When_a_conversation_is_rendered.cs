using MindBridge.Inference.RenderingChats;

namespace MindBridge.Inference.Tests.SpeakingOpenAi;

public sealed class When_a_conversation_is_rendered
{
    // In the manner of published templates.
    private const string ChatMl = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
    private const string Instructed = """
        {{ bos_token }}{%- if messages[0]['role'] == 'system' %}
            {%- set system_message = messages[0]['content'] | trim %}
            {%- set loop_messages = messages[1:] %}
        {%- else %}
            {%- set loop_messages = messages %}
        {%- endif %}
        {%- for message in loop_messages %}
            {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
                {{- raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}
            {%- endif %}
            {%- if message['role'] == 'user' %}
                {%- if loop.first and system_message is defined %}
                    {{- ' [INST] ' + system_message + '\n\n' + message['content'] + ' [/INST]' }}
                {%- else %}
                    {{- ' [INST] ' + message['content'] + ' [/INST]' }}
                {%- endif %}
            {%- elif message['role'] == 'assistant' %}
                {{- ' ' + message['content'] + eos_token }}
            {%- else %}
                {{- raise_exception('Only user and assistant roles are supported!') }}
            {%- endif %}
        {%- endfor %}
        """;
    private static readonly ChatMessage s_system = new("system", " Be brief. "), s_question = new("user", "Where?"), s_answer = new("assistant", "There."), s_next = new("user", "Why?");

    [Fact]
    public void Should_follow_a_template_of_tagged_messages() =>
        ChatForm.Of(ChatMl, "", "").Render([s_question, s_answer, s_next]).Prompt
            .ShouldBe("<|im_start|>user\nWhere?<|im_end|>\n<|im_start|>assistant\nThere.<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n");

    [Fact]
    public void Should_follow_a_template_of_instructions() =>
        ChatForm.Of(Instructed, "<s>", "</s>").Render([s_system, s_question, s_answer, s_next]).Prompt.ShouldBe("<s> [INST] Be brief.\n\nWhere? [/INST] There.</s> [INST] Why? [/INST]");

    [Fact]
    public void Should_refuse_what_a_template_refuses() =>
        Should.Throw<ArgumentException>(() => ChatForm.Of(Instructed, "<s>", "</s>").Render([s_question, s_next])).Message.ShouldContain("roles must alternate");

    [Theory]
    [InlineData("{% set ns = namespace(found=false) %}{% for m in messages %}{% if m.role == 'user' %}{% set ns.found = true %}{% endif %}{% endfor %}{{ ns.found }}", "True")]
    [InlineData("{% for m in messages %}{{ loop.index }}{{ ':' if not loop.last }}{% endfor %}", "1:2")]
    [InlineData("{{ messages[-1].content | upper }} {{ messages | length }} {{ 'a-b-c'.split('-')[1] }} {{ nothing | default('x') }}", "THERE. 2 b x")]
    [InlineData("{{ {'a': [1, true, none, 'é\"']} | tojson }}", "{\"a\": [1, true, null, \"é\\\"\"]}")]
    [InlineData("{{ {'a': [1, {}], 'b': []} | tojson(indent=2) }}", "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}")]
    [InlineData("{{ ['\\\\', '\\n\\t', 1.5, -2] | tojson }}", "[\"\\\\\", \"\\n\\t\", 1.5, -2]")]
    [InlineData("{% macro f() %}{{ m is defined }}{% endmacro %}{% for m in messages %}{{ f() }}{% endfor %}", "FalseFalse")]
    [InlineData("{% macro said(m, by='', end='.') %}{{ by }}{{ m.content }}{{ end }}{% endmacro %}{% for m in messages %}{{ said(m, end='!') if loop.first else said(m, m.role ~ ': ') }}{% endfor %}", "Where?!assistant: There..")]
    [InlineData("{% set x = 1 %}{% macro down(n) %}{{ n }}{% if n %}{{ down(n - x) }}{% endif %}{% endmacro %}{{ down(3) }}", "3210")]
    [InlineData("{%- set x = 'y' -%}\n  {{ x ~ (1 + 2) }}  {#- gone -#}  !", "y3!")]
    [InlineData("{% if messages is defined and messages[0].role in ['user', 'x'] and 'q' not in 'abc' %}yes{% else %}no{% endif %}", "yes")]
    [InlineData("{% if true %}\n  line\n{% endif %}\nrest", "  line\nrest")]
    [InlineData("{% for m in messages if m.role == 'tool' %}{{ m }}{% else %}none{% endfor %}", "none")]
    [InlineData("{{ messages[::-1][0].content }}{{ 'abc'[1:] }}{{ 7 // 2 }}{{ -7 % 3 }}{{ '  x '.strip() }}", "There.bc32x")]
    public void Should_render_what_templates_do(string template, string expected) => ChatForm.Of(template, "", "").Render([s_question, s_answer]).Prompt.ShouldBe(expected);

    [Theory]
    [InlineData("{% call f() %}{% endcall %}", "call")]
    [InlineData("{{ f() }}{% macro f() %}{% endmacro %}", "f")]
    [InlineData("{{ messages | sort }}", "sort")]
    [InlineData("{{ open('/etc/passwd') }}", "open")]
    [InlineData("{{ ''.__class__.mro() }}", "mro")]
    [InlineData("{% if true %}", "endif")]
    [InlineData("{{ 'x }}", "does not end")]
    public void Should_name_what_is_not_supported(string template, string named) => Should.Throw<TemplateException>(() => ChatForm.Of(template, "", "")).Message.ShouldContain(named);

    [Theory]
    [InlineData("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "without end")]
    [InlineData("{% macro f(a) %}{% endmacro %}{{ f(b=1) }}", "no parameter")]
    [InlineData("{% macro f(a) %}{% endmacro %}{{ f(1, 2) }}", "no parameter")]
    [InlineData("{% if false %}{% macro f() %}{% endmacro %}{% endif %}{{ f() }}", "no macro there")]
    public void Should_say_what_a_macro_cannot_do(string template, string said) => Should.Throw<ArgumentException>(() => ChatForm.Of(template, "", "").Render([s_question])).Message.ShouldContain(said);

    [Fact]
    public void Should_put_a_single_question_as_it_is_where_there_is_no_template()
    {
        ChatForm.Plain.Render([s_question]).Prompt.ShouldBe("Where?");
        ChatForm.Plain.Render([s_system, s_question, s_answer, s_next]).ShouldBe(new ChatPrompt("System:  Be brief. \nUser: Where?\nAssistant: There.\nUser: Why?\nAssistant:", ["\nUser:", "\nSystem:"]), new SamePrompt());
    }

    private sealed class SamePrompt : IEqualityComparer<ChatPrompt>
    {
        public bool Equals(ChatPrompt? x, ChatPrompt? y) => x!.Prompt == y!.Prompt && x.Stop.SequenceEqual(y.Stop);

        public int GetHashCode(ChatPrompt obj) => obj.Prompt.GetHashCode(StringComparison.Ordinal);
    }
}
