using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace MindBridge.Browser.Tests;

/// <summary>Writes a browser's picture with at most 256 colours: a page has few, and the files are kept in the repository.</summary>
internal static class PalettePng
{
    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <param name="png">8 bits a channel, RGB or RGBA, not interlaced: as Chromium writes it.</param>
    public static byte[] Reduce(byte[] png)
    {
        var (width, height, pixels) = Read(png);
        var palette = pixels.CountBy(colour => colour).OrderByDescending(c => c.Value).ThenBy(c => c.Key).Take(256).Select(c => c.Key).ToList();
        // Surfaces and text stay exactly as they are; what is rare, the edges of letters, becomes its nearest neighbour.
        var places = palette.Select((colour, i) => (colour, i)).ToDictionary(p => p.colour, p => (byte)p.i);
        foreach (var colour in pixels.Distinct().Where(colour => !places.ContainsKey(colour)).ToList())
            places[colour] = (byte)Enumerable.Range(0, palette.Count).MinBy(i => Distance(colour, palette[i]));
        return Write(width, height, palette, pixels, colour => places[colour]);
    }

    private static int Distance(int one, int other)
    {
        int red = (one >> 16) - (other >> 16), green = ((one >> 8) & 0xFF) - ((other >> 8) & 0xFF), blue = (one & 0xFF) - (other & 0xFF);
        return (red * red) + (green * green) + (blue * blue);
    }

    private static (int Width, int Height, int[] Pixels) Read(byte[] png)
    {
        int width = 0, height = 0, channels = 0;
        using var packed = new MemoryStream();
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            var name = Encoding.ASCII.GetString(png, at + 4, 4);
            var data = png.AsSpan(at + 8, length);
            if (name == "IHDR") (width, height, channels) = (BinaryPrimitives.ReadInt32BigEndian(data), BinaryPrimitives.ReadInt32BigEndian(data[4..]), data[9] == 6 ? 4 : 3);
            if (name == "IDAT") packed.Write(data);
            at += 12 + length;
        }

        packed.Position = 0;
        using var unpacked = new ZLibStream(packed, CompressionMode.Decompress);
        var (pixels, above, line) = (new int[width * height], new byte[width * channels], new byte[width * channels]);
        for (var y = 0; y < height; y++)
        {
            var filter = unpacked.ReadByte();
            unpacked.ReadExactly(line);
            for (var i = 0; i < line.Length; i++)
            {
                int left = i >= channels ? line[i - channels] : 0, up = above[i], corner = i >= channels ? above[i - channels] : 0;
                line[i] += (byte)(filter switch { 1 => left, 2 => up, 3 => (left + up) / 2, 4 => Paeth(left, up, corner), _ => 0 });
            }

            for (var x = 0; x < width; x++) pixels[(y * width) + x] = (line[x * channels] << 16) | (line[(x * channels) + 1] << 8) | line[(x * channels) + 2];
            (above, line) = (line, above);
        }

        return (width, height, pixels);
    }

    private static int Paeth(int left, int up, int corner)
    {
        var guess = left + up - corner;
        var (a, b, c) = (Math.Abs(guess - left), Math.Abs(guess - up), Math.Abs(guess - corner));
        return a <= b && a <= c ? left : b <= c ? up : corner;
    }

    private static byte[] Write(int width, int height, List<int> palette, int[] pixels, Func<int, byte> place)
    {
        using var png = new MemoryStream();
        png.Write(Signature);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 3);
        Chunk(png, "IHDR", header);
        Chunk(png, "PLTE", [.. palette.SelectMany(c => (byte[])[(byte)(c >> 16), (byte)(c >> 8), (byte)c])]);
        using var packed = new MemoryStream();
        using (var zip = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
            {
                zip.WriteByte(0);
                zip.Write([.. pixels.AsSpan(y * width, width).ToArray().Select(place)]);
            }
        }

        Chunk(png, "IDAT", packed.ToArray());
        Chunk(png, "IEND", []);
        return png.ToArray();
    }

    private static void Chunk(MemoryStream png, string name, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(name), .. data];
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        png.Write(number);
    }

    private static uint Crc(byte[] bytes)
    {
        var crc = 0xFFFFFFFFu;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var k = 0; k < 8; k++) crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
        }

        return ~crc;
    }
}
