using System.Text.RegularExpressions;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;

namespace ImageSdk.Building.Manifests;

/// <summary>What a project may say but should not.</summary>
static partial class ProjectAdvice
{
    /// <summary>Files of passwords' hashes that a tree replaces whole.</summary>
    static readonly string[] passwordFiles = ["etc/shadow", "etc/gshadow"];

    public static IEnumerable<Diagnostic> Find(ImageProject project, IEnumerable<ProjectTreeItem> trees)
    {
        foreach (var variable in project.Variables.Where(variable => variable.Value.Length > 0 && SecretName().IsMatch(variable.Name)))
            yield return new(DiagnosticSeverity.Warning, "IMG1614",
                $"The variable {variable.Name} has the name of a secret. Values of variables come into plans and logs, and decide which layers are taken from the cache: make it an ImageSecret, which scripts find below /run/secrets.", project.ProjectFile);
        foreach (var tree in trees)
            foreach (var name in passwordFiles)
                if (tree.SourceOf(name) is { } file && File.Exists(file))
                    yield return new(DiagnosticSeverity.Warning, "IMG1615",
                        $"The tree brings {file}: hashes of passwords lie in the repository and in everything that is published, and users that packages make are lost. Make users by sysusers.d or a script, and give passwords at the first boot.", file);
    }

    // DB_PASSWORD, api-token, GITHUB_TOKEN; not PASSWORD_FILE, TOKENIZER or SECRETARY.
    [GeneratedRegex("(^|[_.-])(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY)$", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();
}
