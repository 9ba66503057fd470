namespace MindBridge.Tokenizers.Loading;

/// <summary>SentencePiece's tokenizer.model and llama2.c's tok*.bin.</summary>
internal static class SentencePieceFiles
{
    public static TokenizerParts ReadModel(string path, ModelSettings settings) => throw new NotSupportedException($"{path}: not yet ({settings.ModelType})");

    public static TokenizerParts ReadLlama2C(string path) => throw new NotSupportedException($"{path}: not yet");
}
