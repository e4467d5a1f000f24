using Mono.Cecil;

namespace ImageSdk.Architecture.Tests;

/// <summary>The types that a type mentions.</summary>
sealed class MentionedTypes
{
    readonly HashSet<TypeReference> all = [];

    public MentionedTypes(TypeDefinition type)
    {
        Add(type.BaseType);
        Add(type.CustomAttributes);
        foreach (var @interface in type.Interfaces)
            Add(@interface.InterfaceType);
        foreach (var field in type.Fields)
        {
            Add(field.FieldType);
            Add(field.CustomAttributes);
        }
        foreach (var property in type.Properties)
            Add(property.CustomAttributes);
        foreach (var method in type.Methods)
            Add(method);
    }

    public IReadOnlyCollection<TypeReference> All => all;

    void Add(MethodDefinition method)
    {
        Add((MethodReference)method);
        Add(method.CustomAttributes);
        if (!method.HasBody)
            return;
        foreach (var variable in method.Body.Variables)
            Add(variable.VariableType);
        foreach (var handler in method.Body.ExceptionHandlers)
            Add(handler.CatchType);
        foreach (var instruction in method.Body.Instructions)
            switch (instruction.Operand)
            {
                case TypeReference type:
                    Add(type);
                    break;
                case MethodReference called:
                    Add(called);
                    break;
                case FieldReference field:
                    Add(field.DeclaringType);
                    Add(field.FieldType);
                    break;
            }
    }

    void Add(MethodReference method)
    {
        Add(method.DeclaringType);
        Add(method.ReturnType);
        foreach (var parameter in method.Parameters)
            Add(parameter.ParameterType);
        if (method is GenericInstanceMethod instance)
            foreach (var argument in instance.GenericArguments)
                Add(argument);
    }

    void Add(IEnumerable<CustomAttribute> attributes)
    {
        foreach (var attribute in attributes)
        {
            Add(attribute.AttributeType);
            foreach (var argument in attribute.ConstructorArguments)
                if (argument.Value is TypeReference type)
                    Add(type);
        }
    }

    void Add(TypeReference? type)
    {
        switch (type)
        {
            case null or GenericParameter:
                return;
            case GenericInstanceType generic:
                foreach (var argument in generic.GenericArguments)
                    Add(argument);
                Add(generic.ElementType);
                return;
            case TypeSpecification specification:
                Add(specification.ElementType);
                return;
            default:
                all.Add(type);
                return;
        }
    }
}
