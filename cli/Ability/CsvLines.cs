using System.Text;

namespace MindBridge.Cli.Ability;

/// <summary>Records of a CSV file (RFC 4180, commas), each with the line on which it begins.</summary>
internal static class CsvLines
{
    /// <exception cref="InvalidDataException">A quote is never closed; the message names file and line.</exception>
    public static IEnumerable<(int Line, IReadOnlyList<string> Cells)> Read(string file)
    {
        var (cells, cell, quoted, line, began) = (new List<string>(), new StringBuilder(), false, 1, 1);
        var text = File.ReadAllText(file);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\n') line++;
            if (quoted)
            {
                if (c != '"') cell.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"') cell.Append(text[++i]);
                else quoted = false;
            }
            else if (c == '"' && cell.Length == 0) quoted = true;
            else if (c == ',') Take();
            else if (c == '\n')
            {
                if (cells.Count > 0 || cell.ToString().Trim().Length > 0) yield return (began, Whole());
                else cell.Clear();
                began = line;
            }
            else if (c != '\r' || i + 1 >= text.Length || text[i + 1] != '\n') cell.Append(c);
        }

        if (quoted) throw new InvalidDataException($"{file}, line {began} has a quote that is never closed; close it, or write a quote inside a field as \"\"");
        if (cells.Count > 0 || cell.ToString().Trim().Length > 0) yield return (began, Whole());

        void Take()
        {
            cells.Add(cell.ToString());
            cell.Clear();
        }

        List<string> Whole()
        {
            Take();
            var whole = cells;
            cells = [];
            return whole;
        }
    }
}
