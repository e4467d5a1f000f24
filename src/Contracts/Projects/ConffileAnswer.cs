namespace ImageSdk.Contracts.Projects;

/// <summary>
/// Answers dpkg's question about configuration files that are in the way, which ends an unattended installation. The environment
/// answers for all that installs packages: the packager, dpkg itself, and whatever a script of the project calls.
/// </summary>
static class ConffileAnswer
{
    /// <summary>Where dpkg reads what it does in spite of doubts. Its defaults hold only where the variable is not set.</summary>
    public const string DpkgVariable = "DPKG_FORCE";

    /// <summary>What dpkg does in spite of doubts by default.</summary>
    public const string UsualForces = "security-mac,downgrade";

    /// <summary>Adds to the variables of a project, which win.</summary>
    public static IReadOnlyDictionary<string, string> AddTo(IReadOnlyDictionary<string, string> environment, ConffilePolicy policy)
    {
        var all = new Dictionary<string, string>(environment);
        all.TryAdd(DpkgVariable, $"{UsualForces},{(policy == ConffilePolicy.Replace ? "confnew" : "confold")}");
        // ucf, which packages such as openssh-server have in dpkg's place, keeps files by itself, and refuses to be told both.
        if (policy == ConffilePolicy.Replace)
            all.TryAdd("UCF_FORCE_CONFFNEW", "1");
        return all;
    }
}
