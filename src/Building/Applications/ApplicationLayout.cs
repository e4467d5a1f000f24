using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Settings;
using ImageSdk.Contracts.Stages;

namespace ImageSdk.Building.Applications;

/// <summary>Works out what applications need in an image besides their own files: units that run them, a runtime, packages.</summary>
public sealed class ApplicationLayout(ApplicationSettings settings, IBuildListener listener)
{
    /// <summary>Kinds of units that belong to a service, beside it.</summary>
    static readonly string[] unitKinds = [".service", ".socket", ".timer", ".path"];

    /// <exception cref="BuildException">The first mistake.</exception>
    public ApplicationContent Arrange(IReadOnlyList<ImageApplication> applications)
    {
        Check(applications);
        var configurations = applications.ToDictionary(application => application, RuntimeConfiguration.Find);
        foreach (var application in applications)
            RequireProgram(application, configurations[application]);
        List<ProjectTreeItem> trees = [];
        foreach (var application in applications.Where(application => application.Service.Length > 0))
            trees.Add(new(WriteUnits(application, configurations[application]), ImageStage.CopyPostScriptsFiles));
        List<(ImageApplication, RuntimeConfiguration Configuration)> asking = [.. applications.Where(application => configurations[application] is { Frameworks.Count: > 0 }).Select(application => (application, configurations[application]!))];
        var runtime = FindRuntime(asking);
        var packages = new SortedSet<string>(StringComparer.Ordinal);
        if (settings.Runtime == RuntimeOrigin.Package)
            packages.UnionWith(asking.SelectMany(one => one.Configuration.Frameworks).Select(framework =>
                $"{(framework.Name == "Microsoft.AspNetCore.App" ? "aspnetcore" : "dotnet")}-runtime-{framework.Version.Major}.{framework.Version.Minor}"));
        if (settings.AddsPackages)
            foreach (var application in applications)
                packages.UnionWith(FindPackages(application, configurations[application], runtime));
        packages.ExceptWith(settings.Packages);
        return new([.. runtime, .. trees], [.. packages]) { Container = applications is [var only] ? ContainerOf(only, configurations[only]) : null };
    }

    static void Check(IReadOnlyList<ImageApplication> applications)
    {
        foreach (var application in applications)
        {
            if (!application.TargetPath.StartsWith('/') || application.TargetPath.TrimEnd('/').Length == 0 || application.TargetPath.Split('/').Any(part => part is "." or ".."))
                throw Fault(application, "IMG1500", $"\"{application.TargetPath}\" is not a directory of the image for {application.Name}. Write an absolute path below the root, such as /opt/{application.ProgramName.ToLowerInvariant()}; \".\" and \"..\" are not allowed.");
            if (application.Service.Length > 0 && !UnitFile.IsName(application.Service))
                throw Fault(application, "IMG1501", $"\"{application.Service}\" is no name for a service: use letters, digits and \":-_.\\@\".");
        }
        if (Twice(application => application.TargetPath.TrimEnd('/')) is { } place)
            throw Fault(place, "IMG1500", $"Two applications go to {place.TargetPath}. Give each a directory of its own.");
        if (Twice(application => application.Service) is { } service)
            throw Fault(service, "IMG1501", $"Two applications run as the service \"{service.Service}\". Give each a name of its own.");

        ImageApplication? Twice(Func<ImageApplication, string> value) =>
            applications.Where(application => value(application).Length > 0).GroupBy(value).FirstOrDefault(group => group.Count() > 1)?.Last();
    }

    static void RequireProgram(ImageApplication application, RuntimeConfiguration? configuration)
    {
        var program = Path.Combine(application.Directory, application.ProgramName);
        if (application.ProgramName.Length > 0 && application.Entrypoint.Count == 0 && !File.Exists(program) && !(configuration is not null && File.Exists(program + ".dll")))
            throw Fault(application, "IMG1503", $"{application.Name} was published, but there is no program \"{application.ProgramName}\" in {application.Directory}. A project in an image has OutputType Exe and is publishable (IsPublishable).");
        if (application.Service.Length > 0 && application.ProgramName.Length == 0 && application.Entrypoint.Count == 0 && OwnUnits(application).Count == 0)
            throw Fault(application, "IMG1503", $"The service \"{application.Service}\" of {application.Name} has no command. Set Entrypoint to the command that it runs, or put {application.Service}.service beside the project.");
    }

    static List<string> OwnUnits(ImageApplication application) => application.ProjectDirectory.Length == 0 ? []
        : [.. unitKinds.Select(kind => Path.Combine(application.ProjectDirectory, application.Service + kind)).Where(File.Exists)];

    string WriteUnits(ImageApplication application, RuntimeConfiguration? configuration)
    {
        var tree = new GeneratedTree(Path.Combine(settings.StateDirectory, "units", application.Service));
        var units = OwnUnits(application).ToDictionary(file => Path.GetFileName(file), File.ReadAllText);
        var generated = application.Service + ".service";
        if (!units.ContainsKey(generated))
            units[generated] = ServiceUnit.Write(application, configuration);
        var links = units.SelectMany(unit => UnitFile.LinksOf(unit.Key, unit.Value).Select(link => (Link: link, unit.Key))).DistinctBy(link => link.Link).ToList();
        if (links.Count == 0)
            listener.Report(new(DiagnosticSeverity.Warning, "IMG1504",
                $"Nothing starts {generated}: it has no WantedBy, RequiredBy or Alias in [Install]. Add \"[Install]\" with \"WantedBy=multi-user.target\", or a {application.Service}.socket or .timer beside it.",
                Path.Combine(application.ProjectDirectory, generated)));
        foreach (var (name, text) in units)
            tree.Write($"{UnitFile.Folder}/{name}", text);
        foreach (var (link, name) in links)
            tree.Link(link, $"/{UnitFile.Folder}/{name}");
        return tree.Complete();
    }

    IReadOnlyList<ProjectTreeItem> FindRuntime(IReadOnlyList<(ImageApplication Application, RuntimeConfiguration)> asking)
    {
        if (asking.Count == 0 || settings.Runtime != RuntimeOrigin.Sdk)
            return [];
        if (settings.Architecture != settings.SdkArchitecture)
            throw Fault(asking[0].Application, "IMG1502",
                $"{asking[0].Application.Name} needs a .NET runtime for {settings.Architecture} in the image, but the .NET SDK that builds is for {settings.SdkArchitecture}. "
                + "Publish the application with SelfContained=true, or set ImageDotnetRuntime to Package (packages of the image's archives) or None (the image has it).");
        return new SharedRuntime(settings.SdkRoot, settings.StateDirectory).Find(asking);
    }

    IEnumerable<string> FindPackages(ImageApplication application, RuntimeConfiguration? configuration, IReadOnlyList<ProjectTreeItem> runtime)
    {
        IEnumerable<string> folders = configuration is { Frameworks.Count: > 0 } ? runtime.Select(tree => tree.Directory).Prepend(application.Directory) : [application.Directory];
        var name = $"{application.Name}-{application.TargetPath.Trim('/').Replace('/', '.')}";
        var (needs, isNew) = NativeNeeds.Find([.. folders], Path.Combine(settings.StateDirectory, $"{name}.needs.json"));
        var found = new List<string>();
        foreach (var need in needs)
        {
            if ((need == NativePackages.Icu && (application.IsInvariantGlobalization || configuration is { IsInvariantGlobalization: true })) || (need == NativePackages.TimeZones && configuration is { IsInvariantTimeZone: true }))
                continue;
            if (NativePackages.Find(need, settings.PackagerType, settings.Release) is { } package)
                found.Add(package);
            else if (settings.PackagerType is "deb" or "rpm")
                listener.Report(new(DiagnosticSeverity.Warning, "IMG1505",
                    $"{application.Name} needs {need}, which is in no package that is known here. Add an ImagePackage that brings it; silence this with NoWarn where the image has it.", application.File, application.Line));
        }
        var added = found.Distinct().Except(settings.Packages).Order(StringComparer.Ordinal).ToList();
        if (added.Count > 0 && isNew)
            listener.Note($"{application.Name} needs {string.Join(", ", added)}: added to the packages");
        return found;
    }

    static ApplicationContainer ContainerOf(ImageApplication application, RuntimeConfiguration? configuration) => new(
        application.ProgramName.Length + application.Entrypoint.Count == 0 ? [] : application.Command(configuration), application.Arguments,
        ServiceUnit.EnvironmentOf(application, configuration), application.Ports, application.User,
        application.WorkingDirectory.Length > 0 ? application.WorkingDirectory : application.TargetPath);

    static BuildException Fault(ImageApplication application, string code, string message) => new(code, message, application.File, application.Line);
}
