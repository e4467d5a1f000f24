using System.Globalization;
using System.Text;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;

namespace ImageSdk.Building.Tests.Stages;

/// <summary>
/// Edits one after the other, each followed by a build: it must give what a build with an empty cache gives. More of them:
/// IMAGESDK_RANDOM_EDITS=200; others: IMAGESDK_RANDOM_SEED.
/// </summary>
public class RandomEditsTests(BaseImage @base) : IClassFixture<BaseImage>
{
    static readonly string[] fileStages = ["files", "post-install-files", "post-scripts-files"];
    static readonly string[] scriptStages = ["pre-install-scripts", "scripts", "post-cleanup-scripts"];
    static readonly string[] packages = ["less", "nano", "bzip2", "file", "patch", "time"];

    static int Setting(string name, int unset) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : unset;

    [ImageFact]
    public async Task A_build_after_any_edit_is_what_a_build_from_nothing_is()
    {
        var random = new Random(Setting("IMAGESDK_RANDOM_SEED", 20260215));
        var (project, directory) = @base.New();
        var edits = new Edits(random, directory);
        edits.Start();
        var told = new StringBuilder();
        for (var number = 1; number <= Setting("IMAGESDK_RANDOM_EDITS", 10); number++)
        {
            told.AppendLine(CultureInfo.InvariantCulture, $"{number}: {edits.Next()}");
            var edited = project with { Packages = [.. edits.Packages], Variables = [.. edits.Variables], ExcludedPaths = [.. edits.Excluded] };
            var after = await @base.Workspace.BuildAsync(edited);
            var fresh = await BuildFromNothingAsync(edited);
            Assert.True(TreeHash.Compute(after.Tree) == TreeHash.Compute(fresh.Tree), $"{told}{Difference(after.Tree, fresh.Tree)}");
            Assert.Equal(fresh.Image.Packages, after.Image.Packages);
        }
    }

    static async Task<BuildResult> BuildFromNothingAsync(ImageProject project)
    {
        using var other = new ImageWorkspace(ownCache: true);
        return await other.BuildAsync(project with { CacheDirectory = other.CacheDirectory, ImageFile = Path.Combine(other.Folder, "bin", "out.image") });
    }

    static string Difference(FileSystem left, FileSystem right)
    {
        var (one, other) = (Describe(left), Describe(right));
        return $"only after the edit:\n{string.Join('\n', one.Except(other).Take(20))}\nonly from nothing:\n{string.Join('\n', other.Except(one).Take(20))}";

        static List<string> Describe(FileSystem tree) =>
            [.. tree.Walk().Select(entry => $"{entry.Path} {entry.Inode.GetType().Name} {entry.Inode.Uid}:{entry.Inode.Gid} {(entry.Inode as ModedInode)?.Mode:x} {(entry.Inode as RegularInode)?.Hash.ToString()[..12]}")];
    }

    /// <summary>A manifest directory that is being edited.</summary>
    sealed class Edits(Random random, string directory)
    {
        int names;

        public List<string> Packages { get; } = [];

        public List<NamedValue> Variables { get; } = [new("COLOUR", "blue")];

        public List<string> Excluded { get; } = ["/var/log/.*", "/var/cache/.*"];

        public void Start()
        {
            for (var count = 0; count < 6; count++)
                AddFile();
            AddScript();
            Packages.Add(packages[0]);
        }

        /// <returns>What was done, in words.</returns>
        public string Next()
        {
            Func<string?>[] kinds =
            [
                AddFile, ChangeContent, ChangeMode, Rename, Delete, Link, AddScript, ChangeScript, ReorderScripts, AddPackage, RemovePackage, ReorderPackages,
                ChangeVariable, Exclude, () => "nothing",
            ];
            while (true)
                if (kinds[random.Next(kinds.Length)]() is { } done)
                    return done;
        }

        string AddFile()
        {
            var name = $"{Pick(fileStages)}/opt/{Pick(["a", "b", "c/d"])}/f{++names}";
            ImageWorkspace.Write(directory, name, Text());
            return $"add {name}";
        }

        string? ChangeContent() => WithFile(file => File.WriteAllText(file, Text()), "change");

        string? ChangeMode() => WithFile(file => File.SetUnixFileMode(file, File.GetUnixFileMode(file) ^ UnixFileMode.UserExecute), "mode of");

        string? Delete() => WithFile(File.Delete, "delete");

        // Sometimes from one stage to another.
        string? Rename() => WithFile(file =>
        {
            var target = Path.Combine(directory, $"{Pick(fileStages)}/opt/moved{++names}");
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Move(file, target);
        }, "rename");

        string? Link() => WithFile(file =>
        {
            File.Delete(file);
            File.CreateSymbolicLink(file, $"/opt/target{++names}");
        }, "turn into a link");

        string? WithFile(Action<string> change, string what)
        {
            var files = Files(fileStages);
            if (files.Length == 0)
                return null;
            var file = Pick(files);
            change(file);
            return $"{what} {Path.GetRelativePath(directory, file)}";
        }

        string AddScript()
        {
            var name = $"{Pick(scriptStages)}/{random.Next(100)}-s{++names}";
            ImageWorkspace.Write(directory, name, Script());
            return $"add {name}";
        }

        string? ChangeScript()
        {
            if (Files(scriptStages) is not { Length: > 0 } scripts)
                return null;
            var script = Pick(scripts);
            File.WriteAllText(script, Script());
            return $"change {Path.GetRelativePath(directory, script)}";
        }

        string? ReorderScripts()
        {
            if (Files(scriptStages) is not { Length: > 0 } scripts)
                return null;
            var script = Pick(scripts);
            var target = Path.Combine(Path.GetDirectoryName(script)!, $"{random.Next(100)}-s{++names}");
            File.Move(script, target);
            return $"{Path.GetFileName(script)} becomes {Path.GetFileName(target)}";
        }

        string? AddPackage()
        {
            if (packages.Except(Packages).ToArray() is not { Length: > 0 } others)
                return null;
            Packages.Insert(random.Next(2) == 0 ? Packages.Count : random.Next(Packages.Count + 1), Pick(others));
            return $"packages {string.Join(' ', Packages)}";
        }

        string? RemovePackage()
        {
            if (Packages.Count == 0)
                return null;
            Packages.RemoveAt(random.Next(Packages.Count));
            return $"packages {string.Join(' ', Packages)}";
        }

        string? ReorderPackages()
        {
            if (Packages.Count < 2)
                return null;
            Packages.Reverse();
            return $"packages {string.Join(' ', Packages)}";
        }

        string ChangeVariable()
        {
            Variables[0] = new("COLOUR", Text().Trim());
            return $"variable {Variables[0].Value}";
        }

        string Exclude()
        {
            if (Excluded.Count > 2)
                Excluded.RemoveAt(2);
            else
                Excluded.Add("/opt/a/.*");
            return $"exclude {string.Join(' ', Excluded)}";
        }

        // Each builds on what the ones before it left, so that their order shows. (The list is made while it is looked for.)
        string Script() => Pick(
        [
            $"#!/bin/sh\necho {Text().Trim()} \"$COLOUR\" >> /opt/journal\n",
            "#!/bin/sh\ncat /opt/journal /opt/journal > /opt/twice 2>/dev/null || true\n",
            "#!/bin/sh\nmkdir -p /opt/b && find /opt -type f ! -name list | sort > /opt/b/list\n",
            "#!/bin/sh\nrm -rf /opt/c; mkdir /opt/c; ln -s ../b /opt/c/link\n",
            "#!/bin/sh\n[ ! -e /opt/journal ] || ln -f /opt/journal /opt/hard\n",
            "#!/bin/sh\nchmod 0700 /opt; chown 12:34 /opt/a 2>/dev/null || true\n",
        ]);

        string Text() => $"text {random.Next(1000)}\n";

        string[] Files(string[] stages) =>
        [
            .. stages.Select(stage => Path.Combine(directory, stage)).Where(Directory.Exists)
                .SelectMany(stage => Directory.EnumerateFiles(stage, "*", SearchOption.AllDirectories))
                .Where(file => new FileInfo(file).LinkTarget is null).Order(StringComparer.Ordinal),
        ];

        string Pick(string[] choices) => choices[random.Next(choices.Length)];
    }
}
