using System.Text.Json;
using ImageSdk.Cli.Views;
using ImageSdk.Images;
using ImageSdk.Images.Json;

namespace ImageSdk.Cli.Comparison;

/// <summary>A comparison in JSON.</summary>
static class DiffJson
{
    public static void Write(Utf8JsonWriter json, ImageComparison comparison) => json.WriteMembers(() =>
    {
        json.WriteString("left", comparison.Left);
        json.WriteString("right", comparison.Right);
        json.WriteBoolean("same", comparison.IsSame);
        json.WriteMembers("files", () => WriteFiles(json, comparison.Files));
        json.WriteMembers("packages", () => WritePackages(json, comparison.Packages));
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
    });

    /// <summary>Packages alone.</summary>
    /// <param name="sources">What the two sides of locks stand on; null for images.</param>
    public static void Write(Utf8JsonWriter json, string left, string right, PackageComparison packages, (string Left, string Right)? sources = null) => json.WriteMembers(() =>
    {
        json.WriteString("left", left);
        json.WriteString("right", right);
        json.WriteBoolean("same", packages.IsEmpty && sources?.Left == sources?.Right);
        if (sources is var (mine, theirs))
            json.WriteMembers("source", () =>
            {
                json.WriteString("left", mine);
                json.WriteString("right", theirs);
            });
        json.WriteMembers("packages", () => WritePackages(json, packages));
    });

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
            json.WriteString("change", PackageDiffTable.Word(change.Kind));
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
