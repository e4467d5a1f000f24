namespace ImageSdk.Srpc;

/// <summary>The methods of a server and who may call them.</summary>
sealed class MethodTable
{
    readonly Dictionary<string, SrpcService> services;
    readonly SrpcServerOptions options;

    public MethodTable(IEnumerable<SrpcService> services, SrpcServerOptions options)
    {
        this.services = services.ToDictionary(service => service.Name);
        this.options = options;
        HaveUnauthenticated = All.Any(entry => entry.Method.Options.Access.HasFlag(SrpcAccess.Unauthenticated));
    }

    /// <summary>By service and method; the built-in service has no name.</summary>
    public IEnumerable<(string Service, string Method, SrpcMethodCounts Counts)> Counts =>
        All.Select(entry => (entry.Service.Name, entry.Method.Name, entry.Method.Counts));

    public bool HaveUnauthenticated { get; }

    IEnumerable<(SrpcService Service, SrpcMethod Method)> All =>
        services.Values.SelectMany(service => service.Methods.Values.Select(method => (service, method)));

    public IReadOnlyList<string> List(Func<SrpcMethod, bool> which) =>
        [.. All.Where(entry => which(entry.Method)).Select(entry => $"{entry.Service.Name}.{entry.Method.Name}").Order(StringComparer.Ordinal)];

    /// <summary>Looks a call up and counts it.</summary>
    /// <returns>The method, which the caller has to leave; or in the words of the original why there is no call.</returns>
    public (SrpcMethod? Method, SrpcCaller Caller, string Refusal) Enter(string line, SrpcIdentity identity, bool withPowers)
    {
        var caller = new SrpcCaller(identity.User, identity.Groups, HasMethodAccess: false);
        var words = line.Split('.');
        if (words.Length != 2)
            return (null, caller, $"malformed Service.Method: {line}");
        if (!services.TryGetValue(words[0], out var service))
            return (null, caller, $"unknown service: {words[0]}");
        if (!service.Methods.TryGetValue(words[1], out var method))
            return (null, caller, $"{words[0]}: unknown method: {words[1]}");
        if (Admit(service, method, line, identity, withPowers) is not { } admitted)
        {
            method.Counts.Deny();
            return (null, caller, SrpcException.AccessDenied);
        }
        caller = admitted;
        if (method.TryEnter(caller) is not { } refusal)
            return (method, caller, "");
        method.Counts.Deny();
        return (null, caller, refusal);
    }

    /// <summary>Who one is to a method; null where it is closed to them.</summary>
    /// <exception cref="ArgumentException">There is no such method.</exception>
    public SrpcCaller? FindCaller(string line, SrpcIdentity identity)
    {
        var (service, method) = All.FirstOrDefault(entry => $"{entry.Service.Name}.{entry.Method.Name}" == line);
        return method is null ? throw new ArgumentException($"no method {line}", nameof(line)) : Admit(service, method, line, identity, withPowers: true);
    }

    SrpcCaller? Admit(SrpcService service, SrpcMethod method, string line, SrpcIdentity identity, bool withPowers)
    {
        var caller = new SrpcCaller(identity.User, identity.Groups, HasMethodAccess: false);
        if (withPowers && (HasPower(line, identity) || service.Grants(caller, method.Name)))
            return caller with { HasMethodAccess = true };
        return IsOpen(method.Options.Access, identity) ? caller : null;
    }

    bool HasPower(string line, SrpcIdentity identity) =>
        identity.Permits(line) ||
        identity.User.Length > 0 && (options.TrustedUsers.Contains(identity.User) || options.TrustedGroups.Overlaps(identity.Groups));

    static bool IsOpen(SrpcAccess access, SrpcIdentity identity) =>
        access.HasFlag(SrpcAccess.Unauthenticated) || (access.HasFlag(SrpcAccess.Public) && identity.User.Length > 0);
}
