using System.Globalization;
using System.Text;

namespace ImageSdk.ImageService.Tests.Harness;

/// <summary>Bodies that are right, nearly right and wrong, the same ones for a seed.</summary>
sealed class RandomJson(int seed)
{
    static readonly string[] texts =
    [
        "", "a", "é ü", "s3", "s3://boot-images/x/manifest.json", "s3://", "s3:///", "x86_64", "kiwi-ng", "sles15", "create", "customize", "set", "undelete", "null", "\\u0000", "\\ud800", "\\udc00x", "\\n",
        "11111111-1111-4111-8111-111111111111", "../..", "a/b", "🦆",
    ];

    static readonly string[] names =
    [
        "name", "public_key", "link", "path", "type", "etag", "recipe_type", "linux_distribution", "template_dictionary", "key", "value", "require_dkms", "arch", "metadata", "operation", "xname", "md5",
        "job_type", "artifact_id", "public_key_id", "image_root_archive_name", "enable_debug", "build_env_size", "ssh_containers", "jail", "status", "resultant_image_id", "other", "\\ud800", "",
    ];

    readonly Random random = new(seed);

    public string Next()
    {
        var text = new StringBuilder();
        Write(text, 0, members: 8);
        // Bytes that went astray.
        if (random.Next(8) == 0 && text.Length > 0)
            text[random.Next(text.Length)] = (char)random.Next(1, 127);
        if (random.Next(16) == 0)
            text.Length = random.Next(text.Length + 1);
        return text.ToString();
    }

    void Write(StringBuilder text, int depth, int members)
    {
        switch (depth == 0 ? random.Next(9, 12) : depth > 4 ? random.Next(9) : random.Next(13))
        {
            case 0:
                text.Append("null");
                break;
            case 1:
                text.Append(random.Next(2) == 0 ? "true" : "false");
                break;
            case 2:
                text.Append(random.Next(3) switch { 0 => "1e400", 1 => "-0", _ => random.NextInt64(long.MinValue, long.MaxValue).ToString(CultureInfo.InvariantCulture) });
                break;
            case 12:
                text.Append('[');
                for (var i = random.Next(3); i > 0; i--)
                {
                    Write(text, depth + 1, members);
                    text.Append(i > 1 ? "," : "");
                }
                text.Append(']');
                break;
            case 9 or 10 or 11:
                text.Append('{');
                for (var i = random.Next(members); i > 0; i--)
                {
                    text.Append('"').Append(names[random.Next(names.Length)]).Append("\":");
                    Write(text, depth + 1, 4);
                    text.Append(i > 1 ? "," : "");
                }
                text.Append('}');
                break;
            default:
                text.Append('"').Append(texts[random.Next(texts.Length)]).Append('"');
                break;
        }
    }
}
