using System.Text.Encodings.Web;
using System.Text.Json;
using ImageSdk.Images;
using ImageSdk.Images.Json;

namespace ImageSdk.Comparison.Reports;

/// <summary>A comparison in JSON.</summary>
static class JsonReport
{
    static readonly JsonWriterOptions options = new()
    {
        Indented = true,
        NewLine = "\n",
        // For programs and files, not for web pages. Control characters are escaped all the same.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write(Stream output, ChangeReport report)
    {
        using (var json = new Utf8JsonWriter(output, options))
            json.WriteMembers(() => Write(json, report));
        output.WriteByte((byte)'\n');
    }

    static void Write(Utf8JsonWriter json, ChangeReport report)
    {
        json.WriteString("left", report.Left);
        json.WriteString("right", report.Right);
        json.WriteBoolean("same", report.IsSame);
        if (report.Source is var (mine, theirs))
            json.WriteMembers("source", () =>
            {
                json.WriteString("left", mine);
                json.WriteString("right", theirs);
            });
        if (report.Image is { } image)
        {
            json.WriteMembers("files", () => WriteFiles(json, image.Files));
            json.WriteMembers("transfer", () =>
            {
                json.WriteNumber("objects", image.Transfer.Objects);
                json.WriteNumber("bytes", image.Transfer.Bytes);
            });
        }
        json.WriteMembers("packages", () => WritePackages(json, report.Packages));
        if (report.Changelogs.Count > 0)
            json.WriteList("changelogs", report.Changelogs, changelog => WriteChangelog(json, changelog));
        if (report.Image is { } rest)
            WriteRest(json, rest);
    }

    static void WriteChangelog(Utf8JsonWriter json, ChangelogExcerpt changelog) => json.WriteMembers(() =>
    {
        json.WriteList("packages", changelog.Packages);
        json.WriteList("entries", changelog.Entries, entry => json.WriteMembers(() =>
        {
            json.WriteString("version", entry.Version);
            json.WriteList("lines", entry.Lines);
        }));
        json.WriteBoolean("cut", changelog.IsCut);
    });

    static void WriteRest(Utf8JsonWriter json, ImageComparison comparison)
    {
        json.WriteMembers("filter", () =>
        {
            json.WriteBoolean("leftPresent", comparison.HasFilter.Left);
            json.WriteBoolean("rightPresent", comparison.HasFilter.Right);
            WriteChange(json, comparison.FilterLines, json.WriteStringValue);
        });
        json.WriteMembers("triggers", () => WriteChange(json, comparison.Triggers, json.WriteTrigger));
        json.WriteList("tags", comparison.Tags, change => json.WriteMembers(() =>
        {
            json.WriteString("key", change.Key);
            json.WriteString("left", change.Left);
            json.WriteString("right", change.Right);
        }));
        json.WriteMembers("ownerUsers", () => WriteChange(json, comparison.OwnerUsers, json.WriteStringValue));
        json.WriteMembers("ownerGroups", () => WriteChange(json, comparison.OwnerGroups, json.WriteStringValue));
    }

    static void WriteFiles(Utf8JsonWriter json, ImageDiff files)
    {
        json.WriteList("added", files.Added, WritePath);
        json.WriteList("removed", files.Removed, WritePath);
        json.WriteList("changed", files.Changed, change => json.WriteMembers(() =>
        {
            json.WriteBytes("path", change.Path);
            json.WriteList("changes", DiffAspectNames.In(change.Aspects).Select(DiffAspectNames.Of));
            json.WriteMembers("left", () => json.WriteWholeInode(change.Left));
            json.WriteMembers("right", () => json.WriteWholeInode(change.Right));
        }));

        void WritePath(FileSystemEntry entry) => json.WriteMembers(() =>
        {
            json.WriteBytes("path", entry.Path);
            json.WriteWholeInode(entry.Inode);
        });
    }

    static void WritePackages(Utf8JsonWriter json, PackageComparison packages)
    {
        WriteChange(json, packages.Presence, json.WritePackage);
        json.WriteList("changed", packages.Changed, change => json.WriteMembers(() =>
        {
            json.WriteString("name", change.Left.Name);
            json.WriteString("change", PackageRow.Word(change.Kind));
            json.WritePropertyName("left");
            json.WritePackage(change.Left);
            json.WritePropertyName("right");
            json.WritePackage(change.Right);
        }));
    }

    static void WriteChange<T>(Utf8JsonWriter json, ListChange<T> change, Action<T> write)
    {
        json.WriteList("added", change.Added, write);
        json.WriteList("removed", change.Removed, write);
    }
}
