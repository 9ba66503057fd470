using System.Text;
using Microsoft.ML.Tokenizers;

namespace MindBridge.Tokenizers.Words;

/// <summary>SentencePiece BPE by scores: Llama 2's tokenizer.model and llama2.c's tok*.bin.</summary>
internal sealed class SentencePieceWords(LlamaTokenizer official, Vocabulary vocabulary, int firstByte) : WordModel
{
    protected override EncodedWord Spell(string word)
    {
        var ids = official.EncodeToIds(word, considerPreTokenization: false, considerNormalization: false);
        int[] all = new int[ids.Count], starts = new int[ids.Count], ends = new int[ids.Count];
        for (int k = 0, at = 0, pending = 0; k < all.Length; k++)
        {
            all[k] = ids[k];
            starts[k] = at;
            if (ids[k] >= firstByte && ids[k] < firstByte + 256)
            {
                // The bytes of one character share it.
                var length = char.IsHighSurrogate(word[at]) && at + 1 < word.Length ? 2 : 1;
                ends[k] = at + length;
                if (pending == 0) pending = Encoding.UTF8.GetByteCount(word.AsSpan(at, length));
                if (--pending == 0) at += length;
                continue;
            }

            at += vocabulary.Token(ids[k])!.Length;
            ends[k] = at;
        }

        return new EncodedWord(all, starts, ends);
    }
}
