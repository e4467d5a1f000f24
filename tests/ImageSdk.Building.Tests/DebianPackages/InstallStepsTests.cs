using ImageSdk.Debian.Planning;
using ImageSdk.Packages;

namespace ImageSdk.Building.Tests.DebianPackages;

public class InstallStepsTests
{
    static readonly HashSet<string> Nothing = [];

    static PlannedPackage Package(string name, string depends = "", string provides = "") => PlannedPackage.From(
        new(name, "1", "all", "http://example.org/x.deb", 1, new string('0', 64)),
        ControlStanza.ReadAll($"Package: {name}\nDepends: {depends}\nProvides: {provides}\n").Single());

    static PackagePlan Plan(params PlannedPackage[] packages) => new(
        packages,
        [.. packages.Select(package => new PackageAction(true, package.Package.Name)), .. packages.Select(package => new PackageAction(false, package.Package.Name))],
        [], "amd64", null, [], []);

    static string[] NamesOf(InstallStep step) => [.. step.Packages.Select(package => package.Package.Name)];

    [Fact]
    public void A_step_has_what_its_package_needs_and_no_earlier_step_has()
    {
        var plan = Plan(Package("lib"), Package("a", "lib (>= 1), other | lib2"), Package("lib2"), Package("b", "lib, a:any"));
        var steps = InstallSteps.Cut(plan, ["a", "b"], Nothing);
        Assert.Equal(["lib", "a", "lib2"], NamesOf(steps[0]));
        Assert.Equal(["b"], NamesOf(steps[1]));
    }

    [Fact]
    public void A_package_added_at_the_end_leaves_the_steps_before_it_as_they_are()
    {
        PlannedPackage[] packages = [.. Enumerable.Range(1, 60).Select(number => Package($"p{number}"))];
        var settings = AptSettings.Parse([]);
        for (var count = 1; count < packages.Length; count++)
        {
            var (before, after) = (Describe(count), Describe(count + 1));
            var kept = InstallSteps.EndsAt(count) ? before.Count : before.Count - 1;
            Assert.Equal(before.Take(kept), after.Take(kept));
        }

        List<string> Describe(int count) =>
            [.. InstallSteps.Cut(Plan(packages[..count]), [.. packages[..count].Select(package => package.Package.Name)], Nothing).Select(step => step.Describe(settings.DpkgOptions))];
    }

    [Fact]
    public void Long_lists_have_few_steps_and_the_steps_of_each_doubling_are_four()
    {
        int[] ends = [.. Enumerable.Range(1, 1024).Where(InstallSteps.EndsAt)];
        Assert.Equal(Enumerable.Range(1, 16), ends.Take(16));
        Assert.Equal([20, 24, 28, 32, 40, 48, 56, 64, 80], ends.Skip(16).Take(9));
        Assert.Equal(16 + 4 * 6, ends.Length);
    }

    [Fact]
    public void Packages_that_stand_for_a_name_belong_to_those_that_need_it()
    {
        var plan = Plan(Package("mta", provides: "mail-transport-agent (= 1), other"), Package("a", "mail-transport-agent"));
        Assert.Equal(["mta", "a"], NamesOf(Assert.Single(InstallSteps.Cut(plan, ["a"], Nothing))));
    }

    [Fact]
    public void What_an_installed_package_does_is_not_taken_from_others()
    {
        var plan = Plan(Package("a", "one | two"), Package("two"));
        Assert.Equal(["a"], NamesOf(InstallSteps.Cut(plan, ["a", "two"], new HashSet<string> { "one" })[0]));
        // Which of the two will do depends on versions, which are not compared.
        plan = Plan(Package("a", "one (>= 3) | two"), Package("two"));
        Assert.Equal(["a", "two"], NamesOf(InstallSteps.Cut(plan, ["a", "two"], new HashSet<string> { "one" })[0]));
    }

    [Fact]
    public void Packages_that_nobody_needs_come_last() => Assert.Equal(
        ["a", "b", "suggested"], InstallSteps.Cut(Plan(Package("suggested"), Package("a"), Package("b")), ["a", "b"], Nothing).Select(step => string.Join(' ', NamesOf(step))));

    [Fact]
    public void What_apt_selects_for_an_entry_belongs_to_its_step()
    {
        var plan = Plan(Package("mawk"), Package("web"), Package("pattern-a"), Package("pattern-b")) with
        {
            Lines = ["Note, selecting 'mawk' instead of 'awk'", "Note, selecting 'web' for task 'web-server'", "Note, selecting 'pattern-a' for regex 'pattern-.*'", "Note, selecting 'pattern-b' for regex 'pattern-.*'"],
        };
        Assert.Equal(
            ["mawk", "pattern-a pattern-b", "web"],
            InstallSteps.Cut(plan, ["awk", "pattern-.*", "web-server^"], Nothing).Select(step => string.Join(' ', NamesOf(step))));
    }

    [Fact]
    public void Dpkg_is_called_as_apt_calls_it()
    {
        var step = new InstallStep(["a"], [], [new(true, "lib"), new(false, "lib"), new(true, "a"), new(true, "b"), new(false, "b"), new(false, "a")]);
        Assert.Equal(
            ["True lib", "False lib", "True a b", "False "],
            step.Runs().Select(run => $"{run.Unpacks} {string.Join(' ', run.Names)}"));
    }
}
