// What is said of a deferred member that was read before it was loaded.
#include <azoth/types/deferred.hpp>

#include <azoth/base/throw.hpp>

#include <string>

namespace azoth::detail {

void throw_deferred_not_loaded(const DeferredName* name) {
    if (name == nullptr) throw_not_loaded("a deferred member is not loaded; read it with undefer<...>() in the query, or session.load<...>(...)");
    const std::string type(name->type);
    const std::string member = type + "::" + std::string(name->member);
    throw_not_loaded(type + "." + std::string(name->member) + " is deferred and not loaded; read it with undefer<&" + member +
                     ">() in the query, or co_await session.load<&" + member + ">(...)");
}

}  // namespace azoth::detail
